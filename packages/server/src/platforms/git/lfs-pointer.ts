const pointer =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(ext-\d-[\w.-]+ \w+:\w+\n)*oid sha256:[0-9a-f]{64}\nsize \d{1,15}\n$/;

/** Whether this is what Git LFS keeps in the repository in the place of a file. */
export const isLfsPointer = (content: string): boolean => content.length < 1_024 && pointer.test(content);
