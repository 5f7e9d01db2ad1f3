// What a visitor reads when there is no redirect: a small page in their language, or two fields of JSON.
import { createHash } from 'node:crypto'
import type { Outcome } from '@linkwright/core'

/** Everything that a page can be about. */
export type PageKind = Exclude<Outcome, 'redirect'> | 'unavailable' | 'method_not_allowed'

/** Writes a page. @param language the best of `PAGE_LANGUAGES` for this visitor */
export type Page = (kind: PageKind, language: string) => string

type Text = readonly [title: string, sentence: string]
type Texts = Readonly<Record<PageKind, Text>>

const en: Texts = {
  not_found: ['Link not found', 'There is no link at this address. Check that it is spelled correctly.'],
  not_yet: ['Not open yet', 'This link is not open yet. Try again later.'],
  disabled: ['Link switched off', 'The owner has switched this link off.'],
  expired: ['Link expired', 'This link was open for a limited time, which is over.'],
  archived: ['Link archived', 'The owner has archived this link.'],
  exhausted: ['Link used up', 'This link could be opened a limited number of times, and all of them are used.'],
  signature_required: ['Signed link needed', 'This link opens only with a signed address. Ask whoever sent it to you.'],
  signature_invalid: ['Signature not valid', 'This signed address was changed, used already, or has expired.'],
  unavailable: ['Temporarily unavailable', 'The link cannot be opened right now. Try again in a moment.'],
  method_not_allowed: ['Method not allowed', 'A link can only be opened, not written to.'],
}

const de: Texts = {
  not_found: ['Link nicht gefunden', 'Unter dieser Adresse gibt es keinen Link. Bitte prüfen Sie die Schreibweise.'],
  not_yet: ['Noch nicht geöffnet', 'Dieser Link ist noch nicht geöffnet. Bitte versuchen Sie es später noch einmal.'],
  disabled: ['Link abgeschaltet', 'Dieser Link wurde abgeschaltet.'],
  expired: ['Link abgelaufen', 'Dieser Link galt nur für begrenzte Zeit und ist abgelaufen.'],
  archived: ['Link archiviert', 'Dieser Link wurde archiviert.'],
  exhausted: ['Link aufgebraucht', 'Dieser Link konnte nur begrenzt oft geöffnet werden und ist aufgebraucht.'],
  signature_required: ['Signierter Link nötig', 'Dieser Link lässt sich nur mit einer signierten Adresse öffnen.'],
  signature_invalid: [
    'Signatur ungültig',
    'Diese signierte Adresse wurde verändert, schon verwendet oder ist abgelaufen.',
  ],
  unavailable: ['Vorübergehend nicht erreichbar', 'Der Link lässt sich gerade nicht öffnen. Bitte gleich noch einmal.'],
  method_not_allowed: ['Methode nicht erlaubt', 'Ein Link lässt sich nur öffnen.'],
}

const fr: Texts = {
  not_found: ['Lien introuvable', "Il n'y a aucun lien à cette adresse. Vérifiez son orthographe."],
  not_yet: ['Pas encore ouvert', "Ce lien n'est pas encore ouvert. Réessayez plus tard."],
  disabled: ['Lien désactivé', 'Ce lien a été désactivé.'],
  expired: ['Lien expiré', 'Ce lien était valable pour une durée limitée, qui est écoulée.'],
  archived: ['Lien archivé', 'Ce lien a été archivé.'],
  exhausted: ['Lien épuisé', "Ce lien ne pouvait être ouvert qu'un nombre limité de fois, déjà atteint."],
  signature_required: ['Lien signé requis', "Ce lien ne s'ouvre qu'avec une adresse signée."],
  signature_invalid: ['Signature non valable', 'Cette adresse signée a été modifiée, déjà utilisée ou a expiré.'],
  unavailable: ['Momentanément indisponible', 'Le lien ne peut pas être ouvert pour le moment. Réessayez bientôt.'],
  method_not_allowed: ['Méthode non autorisée', 'Un lien peut seulement être ouvert.'],
}

const es: Texts = {
  not_found: ['Enlace no encontrado', 'No hay ningún enlace en esta dirección. Compruebe que está bien escrita.'],
  not_yet: ['Aún no disponible', 'Este enlace aún no está abierto. Inténtelo más tarde.'],
  disabled: ['Enlace desactivado', 'Este enlace ha sido desactivado.'],
  expired: ['Enlace caducado', 'Este enlace era válido por un tiempo limitado, que ya ha terminado.'],
  archived: ['Enlace archivado', 'Este enlace ha sido archivado.'],
  exhausted: ['Enlace agotado', 'Este enlace solo podía abrirse un número limitado de veces, ya alcanzado.'],
  signature_required: ['Se necesita un enlace firmado', 'Este enlace solo se abre con una dirección firmada.'],
  signature_invalid: ['Firma no válida', 'Esta dirección firmada ha sido modificada, ya se ha usado o ha caducado.'],
  unavailable: ['No disponible por el momento', 'El enlace no se puede abrir ahora. Inténtelo dentro de un momento.'],
  method_not_allowed: ['Método no permitido', 'Un enlace solo se puede abrir.'],
}

/** A Map, so that a language called `constructor` finds nothing. */
const TEXTS: ReadonlyMap<string, Texts> = new Map([
  ['en', en],
  ['de', de],
  ['fr', fr],
  ['es', es],
])

export const PAGE_LANGUAGES: readonly string[] = [...TEXTS.keys()]

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:1rem auto;' +
  'max-width:34rem;text-align:center;color:#222;background:#fff}h1{font-size:1.5rem}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}}'

/** Lets the built-in page load nothing but its own style. */
export function pagePolicy(): string {
  const digest = createHash('sha256').update(STYLE).digest('base64')
  return `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

/** The built-in page. It holds nothing that the visitor sent. */
export const renderPage: Page = (kind, language) => {
  const [title, sentence] = textOf(kind, language)
  return (
    `<!doctype html><html lang="${TEXTS.has(language) ? language : 'en'}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">' +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>` +
    `<body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></body></html>`
  )
}

/** The same in JSON, for programs. */
export function renderJson(kind: PageKind): string {
  return JSON.stringify({ error: textOf(kind, 'en')[1], code: kind.toUpperCase() })
}

/** The best language that there are texts in, by q (RFC 9110, 12.5.4). */
export function chooseLanguage(accept: string): string {
  let best = 'en'
  let bestQuality = 0
  for (const member of accept.slice(0, 1000).toLowerCase().split(',')) {
    const [tag = '', ...parameters] = member.split(';').map((part) => part.trim())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = q === undefined ? 1 : Number(q.slice(2))
    const language = tag.split('-', 1)[0]!
    if (quality > bestQuality && TEXTS.has(language)) {
      best = language
      bestQuality = quality
    }
  }
  return best
}

function textOf(kind: PageKind, language: string): Text {
  return (TEXTS.get(language) ?? en)[kind]
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
