import { domainToASCII } from 'node:url'

const MAX_ADDRESS = 254
const MAX_LOCAL = 64
const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
// domainToASCII must never get these: it reads a URL host, cuts at "/", decodes "%61" and drops tabs and line ends.
const FOREIGN_TO_A_DOMAIN = /[^A-Za-z0-9.\-\u0080-\u{10ffff}]/u
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const IP_ENDING = /^[0-9]+$/

/** The only spelling by which an address is known; undefined when mail could not safely be sent to it. */
export function canonicalAddress(input: string): string | undefined {
  return deliverableAddress(input)?.toLowerCase()
}

/** The address that mail is sent to: the same for every spelling, in ASCII, with the case of the local part kept. */
export function deliverableAddress(input: string): string | undefined {
  // Normalising takes time quadratic in the combining marks, so the length is limited first.
  if (input.length > MAX_ADDRESS) return undefined
  const parts = input.normalize('NFKC').split('@')
  const [local, domain] = parts
  if (parts.length !== 2 || local === undefined || domain === undefined) return undefined
  if (local.length > MAX_LOCAL || !DOT_ATOM.test(local)) return undefined
  const host = canonicalDomain(domain)
  if (host === undefined) return undefined
  const address = `${local}@${host}`
  return address.length <= MAX_ADDRESS ? address : undefined
}

function canonicalDomain(domain: string): string | undefined {
  if (FOREIGN_TO_A_DOMAIN.test(domain)) return undefined
  const host = domainToASCII(domain)
  const labels = host.split('.')
  const isName =
    labels.length >= 2 && labels.every((label) => LABEL.test(label)) && !IP_ENDING.test(labels.at(-1) ?? '')
  return isName ? host : undefined
}
