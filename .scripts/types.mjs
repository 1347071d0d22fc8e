// @ts-check
/**
 * Writes the types of /starling.js beside it: starling.d.ts, which points into a folder of declarations. They have to
 * make sense where nothing of ours is installed, so only what the public index reaches is there, imports name whole
 * files, and no package may be mentioned. Whether they do make sense is checked here, with a stranger's compiler
 * settings.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { root, runPackage, Stop } from './processes.mjs'

const ENTRY = join('client', 'src', 'mesh', 'index.d.ts')
/** What follows `from` or `import(`, or `import` alone. */
const SPECIFIER = /(?<=\bfrom |\bimport\(|^import )(['"])([^'"]+)\1/gm

/**
 * @param {string} folder where starling.js is
 * @param {string} scratch a folder for what is made on the way
 */
export async function writeTypes(folder, scratch) {
  const project = join(root, '.scripts', 'tsconfig.types.json')
  await compile(['--project', project, '--outDir', scratch])
  const types = join(folder, 'types')
  gather(scratch, types)
  const index = join(folder, 'starling.d.ts')
  writeFileSync(index, `export * from './types/${toSpecifier(ENTRY)}'\n`)
  const strange = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '']
  await compile([...strange, '--module', 'nodenext', '--skipLibCheck', 'false', index])
}

/**
 * @param {readonly string[]} args
 */
async function compile(args) {
  const { code } = await runPackage('typescript', args, {}, 'tsc')
  if (code !== 0) throw new Stop("The types of the library don't compile (see above).")
}

/**
 * Copies the entry's declarations and all that they import, transitively.
 * @param {string} from
 * @param {string} to
 */
function gather(from, to) {
  mkdirSync(to)
  const reached = new Set([ENTRY])
  // The walk goes on with what is added to the set on the way.
  for (const file of reached) {
    const text = readFileSync(join(from, file), 'utf8').replace(SPECIFIER, (_match, _quote, name) => {
      if (!name.startsWith('.'))
        throw new Stop(`${file} mentions the package ${name}, which users of /starling.js don't have.`)
      const target = findFile(from, join(dirname(file), name))
      reached.add(target)
      const path = toSpecifier(relative(dirname(file), target))
      return `'${path.startsWith('.') ? path : `./${path}`}'`
    })
    mkdirSync(dirname(join(to, file)), { recursive: true })
    writeFileSync(join(to, file), text)
  }
}

/**
 * @param {string} folder
 * @param {string} module without an extension: a file, or a folder with an index
 */
function findFile(folder, module) {
  return existsSync(join(folder, `${module}.d.ts`)) ? `${module}.d.ts` : join(module, 'index.d.ts')
}

/**
 * @param {string} file
 */
function toSpecifier(file) {
  return file
    .replace(/\.d\.ts$/, '.js')
    .split(sep)
    .join('/')
}
