/** The build puts the worker into a file of its own, which few visits need; this is where, seen from the module that asks. */
declare module '*/password-worker?worker&url' {
  const source: string
  export default source
}
