import { createHash } from 'node:crypto';

const pattern =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-\d-[\w.-]+ \w+:\w+\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n$/;

/** What an LFS server keeps in the place of the repository. */
export interface LfsObject {
  /** SHA-256 of what it holds. */
  readonly oid: string;
  readonly size: number;
}

/** Whether this is what Git LFS keeps in the repository in the place of a file. */
export const isLfsPointer = (content: string): boolean => objectOf(content) !== null;

/** The object that a pointer stands for; null of what is no pointer. */
export const objectOf = (content: string): LfsObject | null => {
  const [, oid, size] = (content.length < 1_024 && pattern.exec(content)) || [];
  return oid === undefined ? null : { oid, size: Number(size) };
};

export const objectHolding = (content: Buffer): LfsObject => ({
  oid: createHash('sha256').update(content).digest('hex'),
  size: content.length,
});

export const pointerTo = ({ oid, size }: LfsObject): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;

/** Of a file that LFS keeps, the pointer in its place: of what is one already, and of an empty file, itself. */
export const committedByLfs = (content: string): string =>
  content === '' || isLfsPointer(content) ? content : pointerTo(objectHolding(Buffer.from(content)));
