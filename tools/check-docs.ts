/**
 * Type-checks the TypeScript in the documentation against the packages' sources, and that generated pages are
 * up to date. Every ```ts block is a module of its own, with these words after `ts` on the fence:
 * - `continues`: goes on from the block before it on the page
 * - `no-check <reason>`: is not checked
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
];
/** Every package is installed in the folder of the workspace's tests: there the blocks resolve their imports. */
const resolveFrom = join(root, 'test');
const generators = ['tools/generate-error-docs.ts'];

/** The code of each block, on the lines where it stands in the page. */
function blocksOf(page: string): readonly string[][] {
  const blocks: string[][] = [];
  let open: { readonly fence: string; readonly lines: string[] | undefined } | undefined;
  for (const [index, line] of readFileSync(join(root, page), 'utf8').split('\n').entries()) {
    const [, fence = '', language = '', word = '', rest = ''] =
      /^\s*(`{3,}|~{3,})\s*(\S*)\s*(\S*)\s*(.*)$/.exec(line) ?? [];
    if (open !== undefined) {
      if (fence.startsWith(open.fence) && language === '') open = undefined;
      else if (open.lines !== undefined) open.lines[index] = line;
    } else if (fence !== '') {
      open = { fence, lines: undefined };
      if (!/^(ts|typescript)$/.test(language)) continue;
      const at = `${page}:${index + 1}`;
      if (word === 'no-check') {
        if (rest === '') throw new Error(`${at}: no-check needs a reason`);
        continue;
      }
      if (word !== '' && word !== 'continues') throw new Error(`${at}: unknown word on the fence: ${word}`);
      const previous = blocks.at(-1);
      if (word === 'continues' && previous === undefined)
        throw new Error(`${at}: there is no block to continue`);
      const lines = word === 'continues' ? [...(previous ?? [])] : [];
      blocks.push(lines);
      open = { fence, lines };
    }
  }
  return blocks;
}

function typeCheck(sources: ReadonlyMap<string, string>): readonly ts.Diagnostic[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // Options of this workspace that readers of the documentation need not have.
  Object.assign(options, {
    noUnusedLocals: false,
    noUnusedParameters: false,
    noPropertyAccessFromIndexSignature: false,
  });
  options.moduleDetection = ts.ModuleDetectionKind.Force;
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...others) => {
    const source = sources.get(path);
    return source === undefined
      ? getSourceFile(path, target, ...others)
      : ts.createSourceFile(path, source, target);
  };
  return ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host));
}

const sources = new Map<string, string>();
for (const page of globSync(pages, { cwd: root })) {
  for (const [index, lines] of blocksOf(page).entries()) {
    const name = `${page.replaceAll(/[/\\]/g, '--')}--${index}.ts`;
    sources.set(join(resolveFrom, name), Array.from(lines, (line) => line ?? '').join('\n'));
  }
}
const problems = typeCheck(sources).map(({ file, start, messageText }) => {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (file === undefined || start === undefined) return message;
  const page = relative(resolveFrom, file.fileName)
    .replace(/--\d+\.ts$/, '')
    .replaceAll('--', '/');
  return `${page}:${file.getLineAndCharacterOfPosition(start).line + 1} ${message}`;
});
for (const problem of new Set(problems)) console.error(problem);

const outdated = generators
  .filter((generator) => existsSync(join(root, generator)))
  .filter((generator) => {
    const args = ['--conditions=@countersign/source', '--import=tsx', generator, '--check'];
    return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status !== 0;
  });
for (const generator of outdated) console.error(`not up to date: run ${generator}`);

console.log(`${sources.size} code blocks checked, ${new Set(problems).size} problems`);
process.exitCode = problems.length + outdated.length > 0 ? 1 : 0;
