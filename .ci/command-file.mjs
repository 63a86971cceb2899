// One file for each command. What every run of it needs lies at its top; what is imported when it is needed lies below,
// each part in a function of its own. V8 neither compiles nor makes anything of a function that is not called, and its
// code cache holds only those that were. What few runs need is not even read: each such part is a file of its own.

import { basename } from 'node:path';
import { build, transform } from 'esbuild';

/**
 * `text`: a CommonJS function that takes `exports, require, module, __filename, __dirname`. `files`: the parts, by name,
 * that it finds in `parts/` below where its program lies. `isSeldom`: whether few runs import this source file.
 */
export async function commandFile(options, isSeldom) {
  const { metafile, outputFiles } = await build({
    ...options,
    format: 'esm',
    splitting: true,
    supported: {},
    outdir: '/',
    entryNames: 'entry',
    chunkNames: 'part-[hash]',
    metafile: true,
    write: false,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const parts = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const first = reachable(parts, 'entry.js');
  const near = reachable(parts, 'entry.js', ({ path, kind }) => {
    return kind === 'import-statement' || !isSeldom(parts.get(basename(path))?.entryPoint ?? '');
  });
  const later = [...near].filter((name) => !first.has(name));
  const far = [...parts.keys()].filter((name) => !near.has(name));
  const wrapped = await Promise.all(
    later.map(async (name) => `"./${name}":${await partText(texts.get(name), options)}`),
  );
  const text = [
    '(function(exports,outer,module,__filename,__dirname){',
    LOADER,
    `var later={${wrapped.join(',\n')}},far=${JSON.stringify(far.map((name) => `./${name}`))};`,
    await firstText(first, parts, texts, options),
    '})',
  ].join('\n');
  const files = await Promise.all(
    far.map(async (name) => [name, `module.exports=${await partText(texts.get(name), options)};\n`]),
  );
  return { text, files: new Map(files) };
}

/**
 * Hands out the parts: those of the top as they are, the others made when they are first asked for, and told of. What a
 * part exports never changes once it is made, so it is copied out of its getters: V8 inlines calls of plain properties,
 * and a scan of a million rows takes half as long.
 */
const LOADER = [
  'var made=Object.create(null),top={};',
  'function require(name){',
  'if(made[name])return made[name];',
  'if(top[name])return made[name]=Object.assign({},top[name]());',
  'var part=later[name];',
  'if(part)module.made(name);',
  'else if(far.includes(name))part=outer("./parts/"+name.slice(2));',
  'else return outer(name);',
  'var own={exports:{}};',
  'made[name]=own.exports;',
  'part(own.exports,require,own);',
  'return made[name]=plain(own.exports)}',
  'function plain(own){',
  'return own.__esModule?Object.defineProperty(Object.assign({},own),"__esModule",{value:true}):own}',
].join('');

function isStatement({ kind }) {
  return kind === 'import-statement';
}

/** What is loaded with a part: by default everything that it imports by a statement. */
function reachable(parts, name, follows = isStatement, found = new Set()) {
  if (found.has(name) || !parts.has(name)) return found;
  found.add(name);
  for (const edge of parts.get(name).imports) {
    if (follows(edge)) reachable(parts, basename(edge.path), follows, found);
  }
  return found;
}

async function partText(text, { minify, target }) {
  const { code } = await transform(text, { ...CJS, minify, target });
  return `function(exports,require,module){${code}}`;
}

/** The parts of the top as one scope, and what the later parts may take from it. */
async function firstText(first, parts, texts, options) {
  const shared = [...first].filter((name) => name !== 'entry.js');
  const lines = [`import { execute } from './entry.js';`, 'export { execute };'];
  const offers = shared.map((name, part) => {
    const names = parts.get(name).exports;
    lines.push(`import { ${names.map((own, at) => `${own} as o${part}_${at}`).join(', ')} } from './${name}';`);
    return `"./${name}": () => ({ ${names.map((own, at) => `get ${own}() { return o${part}_${at}; }`).join(', ')} })`;
  });
  const { outputFiles } = await build({
    ...options,
    ...CJS,
    stdin: { contents: [...lines, `top = { ${offers.join(', ')} };`].join('\n'), loader: 'js' },
    plugins: [fromMemory(first, texts)],
    write: false,
  });
  return outputFiles[0].text;
}

// With dynamic import "unsupported", `await import('x')` becomes a `require('x')` that waits: no ES loader at run time.
const CJS = { format: 'cjs', supported: { 'dynamic-import': false } };

function fromMemory(names, texts) {
  return {
    name: 'parts',
    setup(instance) {
      instance.onResolve({ filter: /.*/ }, ({ path }) =>
        names.has(basename(path)) ? { path: basename(path), namespace: 'part' } : { path, external: true },
      );
      instance.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({ contents: texts.get(path), loader: 'js' }));
    },
  };
}
