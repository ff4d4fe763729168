import { hiddenCharacter } from '@countersign/shared';

const maxPathBytes = 1_024;
const maxComponentBytes = 255;
const maxDepth = 32;

/** Names that some file system takes for `.git`: NTFS short names, streams, trailing dots and spaces. */
const dotGit = /^(\.git|\.?git~\d+|gi[0-9a-f]{4}~\d+)$/;
/** An encoded dot, slash, backslash or NUL, also overlong: nobody names a file so, but decoders fall for it. */
const encodedSeparator = /%(2e|2f|5c|00|25(2e|2f|5c)|c0|c1|e0%80|f0%80|u00(2e|2f|5c))/i;
const hasHidden = (name: string): boolean => hiddenCharacter.test(name) || /[\t\n]/.test(name);

/**
 * Why this is no path of a file inside a repository, or null where it is one: relative, `/` between
 * components, no way up, no `.git` in any spelling that a file system would take for it. Judged as
 * written and in its compatibility form, so that look-alikes of dots and slashes gain nothing.
 */
export const treePathFault = (path: string): string | null => {
  if (path === '') return 'Must not be empty.';
  // First of all: what follows takes time and room by the length.
  if (path.length > maxPathBytes || Buffer.byteLength(path) > maxPathBytes)
    return `Must not be longer than ${maxPathBytes} bytes.`;
  if (!path.isWellFormed()) return 'Must be well-formed Unicode.';
  if (hasHidden(path))
    return 'Must not contain control or invisible characters, nor a space other than U+0020.';
  if (encodedSeparator.test(path)) return 'Must not contain an encoded dot, slash or NUL.';
  return shapeFault(path) ?? shapeFault(path.normalize('NFKC'));
};

const shapeFault = (path: string): string | null => {
  if (path.startsWith('/')) return 'Must be relative to the root of the repository.';
  if (path.includes('\\')) return 'Must use "/" between its parts.';
  if (/^[A-Za-z]:/.test(path)) return 'Must not name a drive.';
  if (path.startsWith('~') || path.startsWith('-')) return 'Must not start with "~" or "-".';
  const components = path.split('/');
  if (components.length > maxDepth) return `Must not be deeper than ${maxDepth} folders.`;
  for (const component of components) {
    const fault = componentFault(component);
    if (fault) return fault;
  }
  return null;
};

const componentFault = (component: string): string | null => {
  if (component === '') return 'Must not have an empty part.';
  if (/^[.\s]+$/.test(component)) return 'Must not have a part of dots or spaces alone.';
  if (component !== component.trim()) return 'No part may begin or end with a space.';
  if (Buffer.byteLength(component) > maxComponentBytes) {
    return `No part may be longer than ${maxComponentBytes} bytes.`;
  }
  const asWindowsReadsIt = (component.split(':')[0] ?? '').replace(/[. ]+$/, '').toLowerCase();
  return dotGit.test(asWindowsReadsIt) ? 'Must not lead into the .git folder.' : null;
};

/** Why git would not take this as the name of a branch or a tag, or null where it would. */
export const refNameFault = (branch: string): string | null => {
  if (branch === '' || branch.length > 200) return 'Must have 1 to 200 characters.';
  if (!branch.isWellFormed() || hasHidden(branch)) {
    return 'Must not contain control or invisible characters, nor a space other than U+0020.';
  }
  if (/[\s~^:?*[\\]/.test(branch) || branch.includes('..') || branch.includes('@{')) {
    return 'Must not contain spaces, "..", "@{" or any of ~ ^ : ? * [ \\.';
  }
  const isOdd = (part: string): boolean =>
    part === '' || part.startsWith('.') || part.endsWith('.') || part.endsWith('.lock');
  if (branch.split('/').some(isOdd))
    return 'No part may be empty, start or end with ".", or end with ".lock".';
  if (/^(-|refs\/)/.test(branch) || branch === 'HEAD' || branch === '@')
    return 'Is no name of a branch or a tag.';
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(branch)) return 'Must not read as the id of a commit.';
  return null;
};
