// Builds dist/: one self-contained CommonJS file per command, a tiny dispatcher, lazily required vendor files, help texts.
//
// CommonJS because an ES module entry alone costs 1.29 x `node -e 0` on Node 20. Every npm package becomes a file of its
// own under dist/vendor/, so that a command pays for a package only in the moment it first imports it.

import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { commandFile } from './command-file.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'dist');
const work = join(root, `dist.${process.pid}.tmp`);
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const edition = await digestOf(['lib', 'scripts']);

// Reached by submodule paths that are cheap enough to inline.
const INLINED = /^prom-client\/lib\//;

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  minify: true,
  // With dynamic import "unsupported", `await import('x')` becomes a lazy `require('x')`: no ES loader at run time.
  supported: { 'dynamic-import': false },
};

// What most runs never import, whichever command: remotes that few have, people who are told of trouble, rare flags.
const SELDOM = [
  'lib/base/yaml.ts',
  'lib/clients/grafana/',
  'lib/clients/otlp/',
  'lib/clients/routes/',
  'lib/effects/undici-transport.ts',
  'lib/effects/real-exporter.ts',
  'lib/run/dry-run.ts',
  'lib/run/open-telemetry-desk.ts',
  'lib/run/open-backups.ts',
  'lib/services/incidents/',
  'lib/services/notify/',
  'lib/services/remote/single-attempt.ts',
  'lib/services/retention/',
  'lib/services/runs/',
];

// What `loadScript` compiles: an expression that is the function around a module.
const WRAPPED = {
  banner: { js: '(function(exports,require,module,__filename,__dirname){' },
  footer: { js: '})' },
};

const vendored = new Set();

// A command is read as latin1. esbuild escapes its texts, and leaves regular expressions as they are written.
const notAscii = [];

await rm(work, { recursive: true, force: true });
for (const folder of ['commands', 'parts', 'vendor']) await mkdir(join(work, folder), { recursive: true });
try {
  const names = await commandNames();
  await buildCommands(names);
  await buildSimRoles();
  await buildDeclarations(names);
  await buildPrograms(names);
  await buildVendor();
  await writeFile(join(work, 'package.json'), '{"type":"commonjs"}\n');
  if (notAscii.length > 0) throw new Error(`not plain ASCII, write \\u… instead:\n${notAscii.join('\n')}`);
  await swap();
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Of every source: two builds of one edition read a configuration alike. */
async function digestOf(folders) {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const files = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath ?? file.path, file.name));
    for (const path of paths.sort())
      hash
        .update(relative(root, path))
        .update('\0')
        .update(await readFile(path))
        .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function commandNames() {
  const files = await readdir(join(root, 'scripts'));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

/** The commands themselves, behind small programs that parse first and load later. */
async function buildCommands(names) {
  await Promise.all(
    names.map((name) =>
      buildCommand(name, [
        `import { command } from './scripts/${name}.ts';`,
        `import { startCommand } from './lib/run/start.ts';`,
        `export const execute = startCommand(command, ${JSON.stringify(version)}, ${JSON.stringify(edition)});`,
      ]),
    ),
  );
}

async function buildCommand(name, lines) {
  const options = {
    ...common,
    stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts', sourcefile: `commands/${name}.js` },
    plugins: [vendorPlugin('./')],
  };
  const { text, files } = await commandFile(options, (file) => SELDOM.some((start) => file.startsWith(start)));
  const pattern = /.{0,40}[^\0-\x7f].{0,20}/.exec(text)?.[0];
  if (pattern !== undefined) notAscii.push(`commands/${name}.js: ${pattern}`);
  await writeFile(join(work, 'commands', `${name}.js`), text);
  for (const [part, code] of files) await writeFile(join(work, 'parts', part), code);
}

async function buildPrograms(names) {
  await entry('frame/dispatch.js', WRAPPED, [`export { dispatch } from './lib/run/dispatch.ts';`]);
  const program = (file, only) =>
    entry(file, { banner: { js: '#!/usr/bin/env node' } }, [
      `import { loadScript } from './lib/run/load-script.ts';`,
      `const { exports: frame, keep } = loadScript(__dirname, 'frame/dispatch.js', require);`,
      `const program = { version: ${JSON.stringify(version)}, directory: __dirname, load: require, keep };`,
      `frame.dispatch(${JSON.stringify(names)}, ${JSON.stringify(only)}, program);`,
    ]);
  await Promise.all([program('mdops.js', null), ...names.map((name) => program(`${name}.js`, name))]);
}

/** The roles of the embedded environment run as programs of their own. */
async function buildSimRoles() {
  const folder = join(root, 'lib/sim/environment/roles');
  const files = await readdir(folder).catch(() => []);
  await Promise.all(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) =>
        build({
          ...common,
          entryPoints: [join(folder, file)],
          outfile: join(work, 'sim', file.replace(/\.ts$/, '.js')),
          plugins: [vendorPlugin('../')],
        }),
      ),
  );
}

/** Declarations as data, and the help texts and completions made of them. */
async function buildDeclarations(names) {
  const file = join(work, 'declarations.mjs');
  await build({
    ...common,
    format: 'esm',
    supported: {},
    stdin: {
      contents: [
        ...names.map((name, index) => `import { command as c${index} } from './scripts/${name}.ts';`),
        `export { renderHelp, renderOverview } from './lib/run/help.ts';`,
        `export { completions } from './lib/run/completion.ts';`,
        `export { declarationData, wordsData } from './lib/run/declaration.ts';`,
        `export const commands = [${names.map((_, index) => `c${index}`).join(', ')}];`,
      ].join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    external: ['commander'],
    // Only the declarations and the help writer run here; the flows behind them stay out.
    plugins: [
      {
        name: 'declarations-only',
        setup(instance) {
          instance.onResolve({ filter: /.*/ }, (found) =>
            found.kind === 'dynamic-import' ? { path: found.path, external: true } : undefined,
          );
        },
      },
    ],
    outfile: file,
  });
  const declared = await import(pathToFileURL(file).href);
  await rm(file);
  const data = declared.commands.map(declared.declarationData);
  const help = join(work, 'help');
  await mkdir(help);
  for (const command of data) await writeFile(join(help, `${command.name}.txt`), declared.renderHelp(command));
  await writeFile(join(help, 'mdops.txt'), declared.renderOverview(data));
  for (const [shell, text] of Object.entries(declared.completions(data))) {
    await writeFile(join(help, `completion.${shell}`), text);
  }
  await writeFile(join(work, 'manifest.json'), `${JSON.stringify(data)}\n`);
  const words = join(work, 'words');
  await mkdir(words);
  for (const command of data) {
    await writeFile(join(words, `${command.name}.json`), `${JSON.stringify(declared.wordsData(command))}\n`);
  }
}

function entry(file, wrapping, lines) {
  return build({
    ...common,
    ...wrapping,
    stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts', sourcefile: file },
    plugins: [vendorPlugin('./')],
    outfile: join(work, file),
  });
}

/** Sends every npm package to `dist/vendor/<name>.js`, reached from the built file by `prefix`. */
function vendorPlugin(prefix) {
  return {
    name: 'vendor',
    setup(instance) {
      instance.onResolve({ filter: /^[^./]/ }, (found) => {
        if (found.kind === 'entry-point' || found.path.startsWith('node:') || INLINED.test(found.path))
          return undefined;
        if (found.importer.includes('/node_modules/')) return undefined;
        vendored.add(found.path);
        return { path: `${prefix}vendor/${vendorFile(found.path)}`, external: true };
      });
    },
  };
}

function vendorFile(name) {
  return `${name.replace(/^@/, '').replaceAll('/', '-')}.js`;
}

async function buildVendor() {
  const byPackage = new Map();
  for (const path of vendored) byPackage.set(packageOf(path), [...(byPackage.get(packageOf(path)) ?? []), path]);
  await Promise.all(
    [...byPackage].map(([name, paths]) =>
      paths.length === 1
        ? vendor(vendorFile(paths[0]), `module.exports = require(${JSON.stringify(paths[0])});`)
        : vendorTogether(vendorFile(name), paths),
    ),
  );
}

/** Several paths into one package share one file: what they have in common would else be there once for each. */
async function vendorTogether(file, paths) {
  const parts = paths.map((path) => `${JSON.stringify(path)}: () => require(${JSON.stringify(path)})`);
  await vendor(file, `const parts = { ${parts.join(', ')} }; module.exports = (path) => parts[path]();`);
  for (const path of paths) {
    const text = `module.exports = require(${JSON.stringify(`./${file}`)})(${JSON.stringify(path)});\n`;
    await writeFile(join(work, 'vendor', vendorFile(path)), text);
  }
}

function packageOf(path) {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

function vendor(file, contents) {
  return build({
    ...common,
    stdin: { contents, resolveDir: root, loader: 'js' },
    // Packages that load files of their own at run time need the real import.
    supported: {},
    outfile: join(work, 'vendor', file),
    logLevel: 'error',
  });
}

/** The new dist appears at once: a command started during a build sees the old one or the new one. */
async function swap() {
  const old = `${work}.old`;
  for (const file of await readdir(work)) {
    if (file.endsWith('.js')) await chmod(join(work, file), 0o755);
  }
  await rename(out, old).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(work, out);
  await rm(old, { recursive: true, force: true });
}
