import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { writtenTo, type LogSink } from './log-outlet.ts';

export interface LogFileSettings {
  /** Absolute. */
  readonly path: string;
  /** Once it is as large, it is `path.1`, and the one before `path.2`. */
  readonly maxBytes: number;
  /** How many of those there are. */
  readonly keep: number;
}

const open = ({ path, maxBytes, keep }: LogFileSettings): RotatingFileStream => {
  const stream = createStream(path, { size: `${maxBytes}B`, rotate: keep, mode: 0o600 });
  // Whoever writes is told as well.
  stream.on('error', () => undefined);
  return stream;
};

/** What is written at once, and by how much a file may be too large, a line's length aside. */
const chunkLength = 65_536;

const inChunks = (lines: readonly string[]): string[] => {
  const chunks = [''];
  for (const line of lines) {
    const last = chunks.at(-1) ?? '';
    if (last.length + line.length <= chunkLength || last === '') chunks.splice(-1, 1, last + line);
    else chunks.push(line);
  }
  return chunks;
};

export const createLogFile = (settings: LogFileSettings): LogSink => {
  let stream: RotatingFileStream | null = null;
  return {
    async write(lines) {
      // A file system that hangs gets one thread of this process, and no other for each attempt.
      if (stream?.destroyed && !stream.closed) throw new Error('The file is not closed yet.');
      if (!stream || stream.destroyed) stream = open(settings);
      await writtenTo(stream, inChunks(lines));
    },
    close() {
      stream?.destroy();
    },
  };
};
