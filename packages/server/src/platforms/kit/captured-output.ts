/** What a program wrote, as much as was kept of it. */
export interface CapturedText {
  readonly text: string;
  /** True where the middle was left out: the text is its beginning and its end. */
  readonly isCut: boolean;
}

export interface OutputCapture {
  readonly add: (chunk: Buffer) => void;
  readonly read: () => CapturedText;
}

/** Keeps the first and the last half of `maxBytes`, however much there is: errors stand at the end. */
export const createOutputCapture = (maxBytes: number): OutputCapture => {
  const half = Math.ceil(maxBytes / 2);
  const head: Buffer[] = [];
  let tail: Buffer[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let totalBytes = 0;
  return {
    add: (chunk) => {
      totalBytes += chunk.length;
      const forHead = chunk.subarray(0, half - headBytes);
      if (forHead.length > 0) head.push(forHead);
      headBytes += forHead.length;
      const rest = chunk.subarray(forHead.length);
      if (rest.length === 0) return;
      tail.push(rest);
      tailBytes += rest.length;
      // Not at each chunk: joining is what costs.
      if (tailBytes < 2 * half) return;
      tail = [Buffer.from(Buffer.concat(tail).subarray(-half))];
      tailBytes = half;
    },
    read: () => {
      const end = Buffer.concat(tail).subarray(-half);
      const isCut = totalBytes > headBytes + end.length;
      const parts = isCut ? [...head, Buffer.from('\n…\n'), end] : [...head, end];
      return { text: Buffer.concat(parts).toString('utf8').toWellFormed(), isCut };
    },
  };
};
