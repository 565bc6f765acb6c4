/**
 * Type-checks the TypeScript in the documentation against the packages' sources, and that generated pages are
 * up to date.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { codeBlocks } from './docs/code-blocks.js';
import { root } from './workspace.js';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/**/*.md',
  'packages/*/README.md',
  'examples/*/README.md',
];
/** Every package is installed in the folder of the workspace's tests: there the blocks resolve their imports. */
const resolveFrom = join(root, 'test');
const generators = ['tools/generate-error-docs.ts', 'tools/generate-sizes-docs.ts'];

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
  for (const [index, { code }] of codeBlocks(page).entries()) {
    const name = `${page.replaceAll(/[/\\]/g, '--')}--${index}.ts`;
    sources.set(join(resolveFrom, name), code);
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
