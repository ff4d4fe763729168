import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { FileDiffLines, type FileDiffProps } from './file-diff.tsx';

const file = (change: Partial<FileDiffProps>): FileDiffProps => ({
  path: 'a.ts',
  change: 'UPDATE',
  additions: 1,
  deletions: 1,
  hunks: [],
  isBinary: false,
  isTruncated: false,
  ...change,
});

const hunk = {
  oldStart: 9,
  oldLines: 2,
  newStart: 9,
  newLines: 2,
  lines: [
    { kind: 'CONTEXT', text: 'same', oldNumber: 9, newNumber: 9 },
    { kind: 'REMOVE', text: 'if (isAdmin)', oldNumber: 10, newNumber: null },
    { kind: 'ADD', text: 'if (isAdmin\u202e)', oldNumber: null, newNumber: 10 },
  ],
} as const;

describe('FileDiffLines', () => {
  afterEach(cleanup);

  it('says added and removed in words, and draws what would hide', () => {
    const { container } = render(<FileDiffLines file={file({ hunks: [hunk] })} isSplit={false} />);
    expect(container.textContent).toContain('removed: if (isAdmin)');
    expect(container.textContent).toContain('added: if (isAdminU+202E (right-to-left override))');
  });

  it('says how many lines were skipped', () => {
    render(<FileDiffLines file={file({ hunks: [hunk] })} isSplit={false} />);
    expect(screen.getByText(/8 unchanged lines/u)).toBeDefined();
  });

  it('never calls a file empty whose lines were left out', () => {
    render(<FileDiffLines file={file({ change: 'CREATE', isTruncated: true })} isSplit={false} />);
    expect(screen.queryByText('An empty file.')).toBeNull();
    expect(screen.getByText('Too long to show as a diff.')).toBeDefined();
  });
});
