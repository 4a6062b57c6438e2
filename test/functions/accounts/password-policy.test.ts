import { dictionary } from '@zxcvbn-ts/language-common'
import { describe, expect, it } from 'vitest'
import { passwordWeakness } from '../../../functions/accounts/password-policy.ts'
import { isListed } from '../../../functions/crypto/common-passwords.ts'
import { OWNER_ADDRESS, WEAK_PASSWORDS } from '../../fixtures/weak-passwords.ts'

const PRODUCT = 'Lethe'
const GOOD_PASSWORDS = [
  'correct horse battery staple',
  'correcthorsebatterystaple',
  'das ist mein langer satz',
  'the quick brown fox jumps',
  'to be or not to be that is the question',
  'my cat sleeps on tuesday mornings',
  'wanderlust teapot',
  'seven purple otters dancing',
  'pack my box with five dozen jugs',
  'le fromage est dans la cuisine',
  'el perro come a medianoche',
  'ik woon al jaren aan de gracht',
  'jag dricker kaffe i regnet',
  'kot siedzi na płocie',
  'évidemment déjà oublié',
  'мой дядя самых честных правил',
  'το ποτήρι είναι μισογεμάτο',
  'מחר יירד גשם בצפון',
  'القطة تنام على السطح',
  'मेरी बिल्ली छत पर सोती है',
  '昨日の夜は雨が降っていましたね',
  '明天早上我们一起去山上看日出吧',
  '나는 내일 아침에 바다를 보러 간다',
  '🐶🍕🚲🌧🎉🏔🦊🧀🎸🌵🚀🐙🍉📚🕯',
  'eat 🍕 ride 🚲 climb 🏔 sleep',
  '314159265358979',
  '480295716384920',
  '730194826405913',
  '60817 24953 17406',
  'k8Vq2ZtLw9RbXm4',
  '9f8b2c7e41d06a35',
  'Zm9vYmFyIHF1dXg+/w==',
  'dGhpcyBpcyBub3Qgc2VjcmV0',
  'c3f1a8e2-9b47-4d60-8e15-7a2b90d4f6c1',
  '}{~^%$#&*(@!;:\'"',
  'x;7Q)w~2B{m^9L>c',
  'xkqvjwzplmtrhbn',
  'gibbon-7-lantern-4-oxide',
  'Tr0ub4dor&3 is not enough',
  'two listed words: password dragon',
  'jane forgot the harbour lights again',
  'six drops of lethe wash the day away',
]

const WORDS = new Set(['marmalade', 'basketball', 'communication', 'liverpool', 'ivory7keys'])

function weaknessOf(password: string, address = 'nobody@example.org') {
  return passwordWeakness(password, { address, productName: PRODUCT, isListed: (word) => WORDS.has(word) })
}

describe('length', () => {
  it.each([
    ['14 characters', 'k8Vq2ZtLw9RbXm', 'too_short'],
    ['15 characters', 'k8Vq2ZtLw9RbXm4', undefined],
    ['15 characters, the last one a space', 'k8Vq2ZtLw9RbXm ', undefined],
    ['14 code points in 28 units', '🐶🍕🚲🌧🎉🏔🦊🧀🎸🌵🚀🐙🍉📚', 'too_short'],
    ['14 accents, decomposed', 'áéíóúýńćśźĺŕǵḱ'.normalize('NFD'), 'too_short'],
    ['15 accents, decomposed', 'áéíóúýńćśźĺŕǵḱẃ'.normalize('NFD'), undefined],
    ['15 accents, composed', 'áéíóúýńćśźĺŕǵḱẃ', undefined],
    ['256 characters', distinct(256), undefined],
    ['257 characters', distinct(257), 'too_long'],
    ['256 characters of six units each when decomposed', '\u{16d6a}'.normalize('NFD').repeat(256), 'too_simple'],
    ['nothing', '', 'too_short'],
    ['a lone surrogate', 'k8Vq2ZtLw9RbXm4\ud83d', 'malformed'],
  ])('%s', (_, password, weakness) => {
    expect(weaknessOf(password)).toBe(weakness)
  })
})

describe('nothing counts that', () => {
  it.each([
    ['is a difference of case', 'MarMaLade2847561'],
    ['is a difference of width', 'ｍａｒｍａｌａｄｅ284756'],
    ['is invisible', 'mar\u200bma\u200dlade\u2060284756'],
    ['trails in digits', 'marmalade2847561'],
    ['leads in digits', '2847561marmalade'],
    ['separates', 'm-a-r-m-a-l-a-d-e'],
    ['separates with two kinds', 'm-a.r-m.a-l.a-d-e'],
    ['repeats the word', 'marmalademarmalade'],
    ['repeats the word with a number', 'marmalade4marmalade9'],
    ['repeats four letters anywhere', 'xqvkaxqvkbxqvkc'],
    ['repeats the last letter', 'marmaladeeeeeeee'],
    ['repeats a last letter that is double', 'basketballllllll'],
    ['is an alphabet', 'marmaladeabcdefgh'],
    ['is an alphabet backwards', 'zyxwvutsmarmalade'],
    ['is an alphabet of another script', 'marmaladeабвгде'],
    ['is a row of keys', 'marmaladeqwertyuiop'],
    ['is a row of keys backwards', 'poiuytrewqmarmalade'],
    ['is a row of shifted keys', 'mypony!@#$%^&*()'],
    ['is a column of keys', '1qaz2wsxmarmalade'],
    ['are columns of the keypad', '147258369963852741'],
    ['is a row of French keys', 'azeqsdwxcmarmalade'],
    ['runs in two lanes', '1q2w3e4rmarmalade'],
    ['runs in four lanes', 'ahoubipvcjqwdkrx'],
    ['counts beside a letter that stays', 'x1x2x3x4x5x6x7x8x9'],
    ['is the product name', 'marmaladeLETHElethe'],
    ['looks like a letter', 'm4rm@l4d3-m4rm@l4d3'],
    ['looks like a letter among letters', 'communic@tion2847'],
    ['looks like an i', 'l1verpool2847561'],
    ['looks like an l', '1iverpoo1!1iverpoo1!'],
    ['is left of seven letters', 'octopus284756192'],
    ['is left of seven digits and a separator', 'lethe-315475-lethe1'],
    ['is nothing but invisible', '\u200b'.repeat(20)],
    ['folds to many characters', '\ufdfa'.repeat(15)],
  ])('%s', (_, password) => {
    expect(weaknessOf(password)).toBe('too_simple')
  })

  it.each([
    ['the local part', 'jq.xu@example.org', 'jqxu-marmalade-jqxu'],
    ['a piece of the local part', 'jane.miller+news@example.org', 'newsmarmalademiller'],
    ['a piece before its digits', 'jane1985@example.org', 'jane-marmalade-jane'],
    ['a piece that holds digits', 'b52fan.club@example.org', 'b52fan-marmalade'],
    ['the longer of two pieces', 'ann.anna@example.org', 'anna-marmalade-1'],
    ['a piece in capitals', 'JANE@example.org', 'jane-marmalade-jane'],
    ['a label of the domain', 'jq@mail.harbour.example.org', 'harbour-marmalade-org'],
    ['a piece of a label', 'jq@harbour-bakery.example.org', 'bakery-marmalade-1'],
    ['a label of an international domain', 'jq@xn--bcher-kva.example.org', 'bücher-marmalade-1'],
  ])('is %s', (_, address, password) => {
    expect(weaknessOf(password, address)).toBe('too_simple')
    expect(weaknessOf(password, 'nobody@elsewhere.net')).toBeUndefined()
  })

  it('hides a listed word that holds a part of the address', () => {
    expect(weaknessOf('communicationqwertz', 'jq@harbour.com')).toBe('too_simple')
  })

  it('hides a listed word that holds digits', () => {
    expect(weaknessOf('ivory7keysivory7keys')).toBe('too_simple')
  })
})

describe('what counts', () => {
  it.each([
    ['eight letters', 'octopust284756192'],
    ['digits alone', '480295716384920'],
    ['eight kinds of symbols', '}~&:{%;(&%:;({}~&'],
    ['a piece of the address that is too short to mean it', 'jqkjqwjqzjqvjqt'],
    ['two different words', 'marmaladebasketball'],
  ])('%s', (_, password) => {
    expect(weaknessOf(password, 'jq@example.org')).toBeUndefined()
  })

  it.each(GOOD_PASSWORDS)('%s', (password) => {
    expect(passwordWeakness(password, { address: OWNER_ADDRESS, productName: PRODUCT, isListed })).toBeUndefined()
  })
})

describe('the word list', () => {
  it('there are 200 different weak passwords', () => {
    expect(new Set(WEAK_PASSWORDS).size).toBe(200)
  })

  it.each(WEAK_PASSWORDS.map((password) => [JSON.stringify(password), password] as const))(
    'refuses %s',
    (_, password) => {
      expect(passwordWeakness(password, { address: OWNER_ADDRESS, productName: PRODUCT, isListed })).toBe('too_simple')
    },
  )

  it('every listed word is refused, whatever its length', () => {
    const accepted = Object.values(dictionary)
      .flat()
      .filter(
        (word) => passwordWeakness(word, { address: OWNER_ADDRESS, productName: PRODUCT, isListed }) === undefined,
      )
    expect(accepted).toEqual([])
  })

  it('holds the commonest passwords and single dictionary words, not their concatenations', () => {
    expect(['password', 'qwerty', 'dragon', 'abdominal'].map(isListed)).toEqual([true, true, true, true])
    expect(['passworddragon', '', 'constructor'].map(isListed)).toEqual([false, false, false])
  })
})

describe('hostile text takes no time', () => {
  it.each([
    ['marks that are slow to sort', `a${'\u0301\u0316'.repeat(60_000)}`],
    ['256 different characters', distinct(256)],
    ['characters that fold to eighteen', `${distinct(100)}${'\ufdfa'.repeat(156)}`],
    ['one character', 'a'.repeat(256)],
    ['one block', 'aab'.repeat(85)],
    ['digits before a letter', `${'8301947265'.repeat(25)}x`],
    ['digits and letters in turn', 'a8b3c0'.repeat(42)],
  ])('%s', (_, password) => {
    const times = Array.from({ length: 3 }, () => {
      const start = performance.now()
      weaknessOf(password, `${'ab.'.repeat(20)}ab@${'abc.'.repeat(45)}com`)
      return performance.now() - start
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})

function distinct(length: number): string {
  return Array.from({ length }, (_, at) => String.fromCodePoint(0x4e00 + at * 37)).join('')
}
