import type { Mail } from './mail.ts'

type Product = { name: string; appUrl: string }

/** The token is in the URL fragment: browsers send that to no server, so the token gets into no log. */
export function signUpMail(to: string, { token, code }: { token: string; code: string }, product: Product): Mail {
  return {
    to,
    subject: `Confirm your address for ${product.name}`,
    text: [
      `Somebody, we hope you, wants to open an account at ${product.name} with this address.`,
      `To confirm, open this link:\n\n${product.appUrl}#token=${token}`,
      `Or type this code where you signed up:\n\n${code.slice(0, 4)} ${code.slice(4)}`,
      'Both work for 24 hours, and once.',
      'If you did not sign up just now, use neither: the account would have the password that somebody else chose.',
    ].join('\n\n'),
  }
}

export function accountExistsMail(to: string, product: Product): Mail {
  return {
    to,
    subject: `You have an account at ${product.name}`,
    text: [
      `Somebody, perhaps you, wanted to open an account at ${product.name} with this address. It has one already.`,
      'If it was you, sign in instead. If it was not you, there is nothing to do: nothing was changed.',
    ].join('\n\n'),
  }
}

export function tokenReuseMail(to: string, at: number, product: Product): Mail {
  return {
    to,
    subject: `One of your sessions at ${product.name} was ended`,
    text: [
      `On ${new Date(at * 1000).toUTCString()} a sign-in token of one of your sessions was used a second time.`,
      'That happens when a token was copied. We ended that session, on every device that held the token.',
      'If you do not know why this happened, sign in again and end all your other sessions.',
    ].join('\n\n'),
  }
}
