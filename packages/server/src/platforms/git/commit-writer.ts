import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';

export interface CommitChange {
  readonly path: string;
  /** Null deletes the file. */
  readonly content: string | null;
  readonly mode: '100644' | '100755';
}

/** A path set back to an object that is there already. */
export interface EntryChange {
  readonly path: string;
  readonly entry: { readonly mode: string; readonly id: string } | null;
}

export interface CommitAuthor {
  readonly name: string;
  readonly email: string;
  /** A private key of OpenSSH that signs what is made; the key alone where an agent holds the private one. */
  readonly signingKeyFile?: string | undefined;
}

/** Who made it, and by whose key, as git is told. */
export const authorship = ({ name, email, signingKeyFile }: CommitAuthor) => ({
  isSigned: signingKeyFile !== undefined,
  env: {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  },
  config: {
    'gpg.format': 'ssh',
    // Of a repository's own settings none says which program that is.
    'gpg.ssh.program': 'ssh-keygen',
    'gpg.ssh.defaultKeyCommand': '',
    'user.signingKey': signingKeyFile ?? '',
  },
});

export interface NewCommit {
  readonly parent: string | null;
  readonly message: string;
  readonly author: CommitAuthor;
}

export interface CommitWriter {
  /** Writes the contents as objects that no branch knows of yet. */
  readonly writeContents: (changes: readonly CommitChange[]) => Promise<readonly EntryChange[]>;
  /** Writes a commit that no branch knows of yet, and gives its id. */
  readonly writeCommit: (commit: NewCommit, changes: readonly EntryChange[]) => Promise<string>;
}

/** Builds commits out of objects and an index of its own, beside the repository's index and work tree. */
export const createCommitWriter = (
  git: Git,
  gitDir: string,
  scratchDir: string,
  signal: AbortSignal,
): CommitWriter => ({
  writeContents: (changes) =>
    inFolder(scratchDir, async (folder) => {
      const files = await Promise.all(
        changes.map(async ({ content }, index) => {
          if (content === null) return null;
          const file = join(folder, String(index));
          await writeFile(file, content);
          return file;
        }),
      );
      const input = files.filter((file) => file !== null).map((file) => `${file}\n`);
      const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
      const { text } = await git(args, { gitDir, signal, input: input.join('') });
      const ids = text.trim().split('\n');
      let next = 0;
      return changes.map(({ path, content, mode }) => ({
        path,
        entry: content === null ? null : { mode, id: ids[next++] ?? '' },
      }));
    }),
  writeCommit: ({ parent, message, author }, changes) =>
    inFolder(scratchDir, async (folder) => {
      const env = { GIT_INDEX_FILE: join(folder, 'index') };
      await git(['read-tree', parent ?? '--empty'], { gitDir, signal, env });
      const zeros = '0'.repeat(parent?.length ?? changes.find(({ entry }) => entry)?.entry?.id.length ?? 40);
      // What goes makes room for what comes: a folder may take a file's name.
      const inOrder = changes.toSorted((a, b) => Number(a.entry !== null) - Number(b.entry !== null));
      const info = inOrder.map(({ path, entry }) => `${entry?.mode ?? '0'} ${entry?.id ?? zeros}\t${path}\0`);
      await git(['update-index', '-z', '--index-info'], { gitDir, signal, env, input: info.join('') });
      const tree = (await git(['write-tree'], { gitDir, signal, env })).text.trim();
      const parents = parent === null ? [] : ['-p', parent];
      const { isSigned, ...by } = authorship(author);
      const args = ['commit-tree', tree, ...parents, ...(isSigned ? ['-S'] : [])];
      const { text } = await git(args, { gitDir, signal, input: message, ...by });
      return text.trim();
    }),
});

/** Work in a folder that is gone afterwards. */
export const inFolder = async <Value>(
  parent: string,
  work: (folder: string) => Promise<Value>,
): Promise<Value> => {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'commit-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
