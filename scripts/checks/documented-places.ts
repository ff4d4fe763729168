import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from './run-program.ts';

const isOurs = (file: string): boolean => !/(^|\/)(node_modules|dist)\//.test(file);

/** Every page that is for readers. */
export const documentedPages = (): readonly string[] =>
  globSync(['*.md', '{docs,deploy,examples,policies,packages/*}/**/*.md'], { cwd: root }).filter(isOurs);

/** Files and folders of the repository, by their paths from its root. */
export const repositoryPlaces = (): ReadonlySet<string> =>
  new Set(
    globSync(['*', '{bench,deploy,docs,e2e,examples,packages,policies,prisma,scripts}/**/*'], {
      cwd: root,
      exclude: (name) => /^(node_modules|dist)$/.test(name),
    }),
  );

const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\-_ ]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set([...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));

/** Links of a page that lead nowhere: to no file of ours, or to no heading of it. */
export const deadLinks = (page: string, text: string, places: ReadonlySet<string>): readonly string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path)).replace(/\/$/, '');
      if (!places.has(file)) return true;
      if (anchor === undefined || !file.endsWith('.md')) return false;
      return !anchorsOf(file === page ? text : readFileSync(join(root, file), 'utf8')).has(anchor);
    });

/** `tasks/plan-task.ts`, with or without what stands before it; a name to be filled in says so by `<` or `*`. */
const namedFile = /`((?:[\w.@-]+\/)+[\w.@-]+\.(?:cjs|css|json|md|prisma|rego|sh|sql|tsx?|wasm|ya?ml))`/g;
const namedFolder =
  /`((?:bench|deploy|docs|e2e|examples|packages|policies|prisma|scripts)(?:\/[\w.@-]+)+)\/?`/g;

/** Written by a start or a build. */
const isMade = (path: string): boolean => /(^|\/)(dist|\.countersign)\//.test(path);

/** Paths in the text of a page that are none of ours. */
export const unknownPaths = (text: string, places: ReadonlySet<string>): readonly string[] => {
  const endings = [...places].map((place) => `/${place}`);
  const isKnown = (path: string): boolean => endings.some((ending) => ending.endsWith(`/${path}`));
  return [...withoutCode(text).matchAll(namedFile), ...withoutCode(text).matchAll(namedFolder)]
    .map(([, path = '']) => path)
    .filter((path) => !isMade(path) && !isKnown(path));
};
