import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Makes what is published, file by file: JavaScript for Node 22 and later, and its types. */
const folder = import.meta.dirname;
const [source, dist] = [join(folder, 'src'), join(folder, 'dist')];
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  isolatedDeclarations: true,
  declaration: true,
};

/** Nothing that is exported names what is in these. */
const untold = new Set(['documents.ts', 'http.ts', 'operation.ts', 'socket.ts']);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const name of readdirSync(source).filter((each) => !each.endsWith('.test.ts'))) {
  const text = readFileSync(join(source, name), 'utf8');
  const script = ts.transpileModule(text, { fileName: name, compilerOptions });
  writeFileSync(join(dist, name.replace(/ts$/, 'js')), script.outputText);
  if (untold.has(name)) continue;
  const types = ts.transpileDeclaration(text, { fileName: name, compilerOptions, reportDiagnostics: true });
  for (const { messageText } of types.diagnostics ?? [])
    throw new Error(`${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  writeFileSync(
    join(dist, name.replace(/ts$/, 'd.ts')),
    types.outputText.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'"),
  );
}
cpSync(join(folder, '../../LICENSE'), join(folder, 'LICENSE'));
