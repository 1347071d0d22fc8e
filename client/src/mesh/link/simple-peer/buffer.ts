/** Stands for the package `buffer` in the bundles: simple-peer wraps what arrives, and plain bytes are all we want. */
export const Buffer = { from: (bytes: ArrayBuffer): Uint8Array => new Uint8Array(bytes) }
