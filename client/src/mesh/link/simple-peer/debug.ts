/** Stands for the package `debug` in the bundles: simple-peer's running commentary is for those who work on it. */
const silent = (): void => undefined
const debug = (): typeof silent => silent

/** @public What `require` gives, which simple-peer calls. */
export { debug as 'module.exports' }
