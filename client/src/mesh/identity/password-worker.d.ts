/** The build turns the worker into text within the module that starts it, so that the library stays one file. */
declare module '*/password-worker?worker&inline' {
  const PasswordWorker: new () => Worker
  export default PasswordWorker
}
