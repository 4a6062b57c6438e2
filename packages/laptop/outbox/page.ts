import type { Mail } from './mailbox.ts'

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
  article { border: 1px solid #8886; border-radius: 8px; padding: 1rem 1.25rem; margin: 1rem 0; }
  h2 { font-size: 1.1rem; margin: 0 0 .25rem; }
  p.facts { margin: 0 0 .75rem; opacity: .75; font-size: .9rem; overflow-wrap: anywhere; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
`

/** Mails are other people's text: nothing in them may be loaded or run. Only the page's own style applies. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export function renderPage(name: string, mails: Mail[]): string {
  const list = mails.length === 0 ? '<p>No mail has been sent yet.</p>' : mails.map(renderMail).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)} outbox</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Outbox</h1>
${list}
</body>
</html>
`
}

function renderMail({ subject, from, to, at, text, html }: Mail): string {
  const source =
    html === undefined ? '' : `\n<details><summary>HTML source</summary><pre>${escapeHtml(html)}</pre></details>`
  return `<article>
<h2>${escapeHtml(subject)}</h2>
<p class="facts">To ${escapeHtml(to.join(', '))} · from ${escapeHtml(from)} · <time>${escapeHtml(at)}</time></p>
<pre>${linked(text)}</pre>${source}
</article>`
}

const URLS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g

function linked(text: string): string {
  let html = ''
  let position = 0
  for (const { 0: url, index } of text.matchAll(URLS)) {
    const address = escapeHtml(url)
    html += `${escapeHtml(text.slice(position, index))}<a href="${address}" rel="noreferrer">${address}</a>`
    position = index + url.length
  }
  return html + escapeHtml(text.slice(position))
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
