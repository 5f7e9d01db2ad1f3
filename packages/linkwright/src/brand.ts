// What a host's users see of the name: token prefix, header prefix and cookie names, with presets.
import type { Brand as HeaderBrand } from '@linkwright/http'

export interface Brand extends HeaderBrand {
  /** The whole prefix of new tokens. */
  readonly tokenPrefix: string
}

export const BRANDS = {
  linkwright: { tokenPrefix: 'lw_pk_', headerPrefix: 'Linkwright', cookiePrefix: 'lw_' },
  snipt: { tokenPrefix: 'snipt_pk_', headerPrefix: 'Snipt', cookiePrefix: 'snipt_' },
  snipy: { tokenPrefix: 'snpy_', headerPrefix: 'Snipy', cookiePrefix: 'snpy_' },
  snipara: { tokenPrefix: 'snipara_ic_', headerPrefix: 'X-Snipara', cookiePrefix: 'snipara_' },
  topsnapp: { tokenPrefix: 'topsnapp_sk_', headerPrefix: 'Topsnapp', cookiePrefix: 'topsnapp_' },
  snooplytics: { tokenPrefix: 'ba_', headerPrefix: 'Snooplytics', cookiePrefix: 'ba_' },
} as const satisfies Record<string, Brand>

export type BrandName = keyof typeof BRANDS

/** A preset by name, with what the host says otherwise. */
export function readBrand(brand: BrandName | Partial<Brand> | undefined): Brand {
  if (typeof brand === 'string') return BRANDS[brand]
  return { ...BRANDS.linkwright, ...brand }
}
