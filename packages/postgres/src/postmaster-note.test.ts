import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { postmasterNoteFile, readPostmasterNote } from './postmaster-note.ts';

it('is read, or is not there, while servers write it and take it away', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-note-'));
  const note = `1234\\n${folder}\\n1700000000\\n5432\\n\\n127.0.0.1\\n\\nready\\n`;
  const writer = spawn('sh', [
    '-c',
    `while :; do printf '${note}' >"$0"; rm "$0"; done`,
    postmasterNoteFile(folder),
  ]);
  await once(writer, 'spawn');
  const seen = new Set<boolean>();
  try {
    const deadline = performance.now() + 1_000;
    while (performance.now() < deadline) seen.add(readPostmasterNote(folder) !== undefined);
  } finally {
    const exited = once(writer, 'exit');
    writer.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
  expect(seen).toEqual(new Set([true, false]));
});
