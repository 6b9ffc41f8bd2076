// Builds the pages into one file, pages.bin, that the program embeds: `node build.mjs FOLDER`.
//
// A text of one line per file (name, media type, "gzip" or "plain", bytes as kept, bytes as they are; tabs between), an empty line, then the
// files one after the other. Scripts and styles have their hash in their names, so that a browser may keep them for ever; an HTML file
// is a template that src/pages/page.cpp fills in, and names them by that hash.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const pages = ['graphiql', 'swagger', 'start', 'console'];
const types = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8' };

/** GraphiQL's style sheet carries its fonts along, 400 KB of them: the reader's own will do. */
const withoutFonts = {
  name: 'without-fonts',
  setup: (builder) =>
    builder.onLoad({ filter: /\.css$/ }, ({ path }) => ({ loader: 'css', contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, '') })),
};

const bundle = () =>
  build({
    absWorkingDir: here,
    entryPoints: pages.map((page) => `src/${page}.js`),
    outdir: 'out',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    keepNames: true, // GraphiQL calls its icons by them
    alias: { 'react-style-singleton': './src/no_style_elements.js' },
    legalComments: 'none', // they are in licences.txt
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutFonts],
    logLevel: 'warning',
  });

/** The licence of every package that is in the bundle, as the licences ask for. */
const licences = (metafile) => {
  const folders = Object.keys(metafile.inputs).map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(folders.filter(Boolean))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(join(here, folder)).filter((file) => /^(licen[cs]e|notice|copying)|\.licen[cs]e\.txt$/i.test(file));
    return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(here, folder, file), 'utf8').trim())].join('\n\n');
  }).join(`\n\n${'-'.repeat(80)}\n\n`);
};

const hashed = (name, text) => name.replace(/(\.\w+)$/, `-${createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()}$1`);

/** A template with the addresses of what it loads: {{root}} is left for the server, which knows how deep the page lies. */
const template = (page, files, others) => {
  const named = (extension) => files.map(({ name }) => name).filter((name) => name.startsWith(`${page}-`) && name.endsWith(extension));
  const address = (name) => `{{root}}-/pages/${name}`;
  const loads = [
    ...named('.css').map((name) => `<link rel="stylesheet" href="${address(name)}">`),
    ...named('.js').map((name) => `<script type="module" src="${address(name)}"></script>`),
  ];
  const text = readFileSync(join(here, `src/${page}.html`), 'utf8').replace('{{loads}}', loads.join('\n'));
  return others.reduce((filled, { key, name }) => filled.replaceAll(`{{${key}}}`, address(name)), text);
};

const packed = ({ name, text, type }) => {
  const bytes = Buffer.from(text);
  const gzip = type && gzipSync(bytes, { level: 9 });
  const isSmaller = type && gzip.length < bytes.length;
  return { name, type: type ?? 'text/html; charset=utf-8', encoding: isSmaller ? 'gzip' : 'plain', size: bytes.length, kept: isSmaller ? gzip : bytes };
};

const result = await bundle();
const icon = readFileSync(join(here, 'src/icon.svg'));
const licencesText = licences(result.metafile);
const others = [
  { key: 'icon', name: hashed('icon.svg', icon), text: icon, type: types['.svg'] },
  { key: 'licences', name: hashed('licences.txt', licencesText), text: licencesText, type: types['.txt'] },
];
const files = [
  ...result.outputFiles.map(({ path, contents }) => ({ name: basename(path), text: contents, type: types[extname(path)] })),
  ...others,
];
const untyped = files.filter(({ type }) => !type);
if (untyped.length > 0) throw new Error(`no media type for ${untyped.map(({ name }) => name)}`);
const all = [...files, ...pages.map((page) => ({ name: `${page}.html`, text: template(page, files, others) }))].map(packed);
const index = all.map(({ name, type, encoding, size, kept }) => `${[name, type, encoding, kept.length, size].join('\t')}\n`).join('');
const bytes = Buffer.concat([Buffer.from(`${index}\n`), ...all.map(({ kept }) => kept)]);

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'pages.bin'), bytes);
