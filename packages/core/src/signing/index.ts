// `@linkwright/core/signing`: signed links and signed webhooks, without a store.

export {
  type CanonicalParts,
  canonical,
  hasSignature,
  parseSignedQuery,
  type SignedQuery,
  type UnsignedQuery,
} from './canonical.ts'
export { equalConstantTime, type HmacKey, hmacBase64url, hmacKey, hmacMatches } from './hmac.ts'
export { type LinkToSign, type LinkVerdict, type SignedVisit, signLink, verifyLink } from './link-signature.ts'
export {
  type ReceivedMessage,
  type StandardMessage,
  signStandard,
  signWebhookBody,
  verifyStandard,
  verifyWebhookBody,
  type WebhookBody,
} from './webhook-signature.ts'
