import { errorCatalogue } from '../../domain/error-catalogue.ts';
import { recordedCode } from '../../domain/legacy-codes.ts';

/** What can go wrong with an intent file, by the codes that its status names, and what is done about it. */
export const intentCodes = {
  E001: { category: 'Validation', action: 'Move to failed', words: 'The file is no intent by its form.' },
  E002: { category: 'Validation', action: 'Move to failed', words: 'The file is too large.' },
  E003: { category: 'Validation', action: 'Move to failed', words: 'The intent breaks rules.' },
  E004: {
    category: 'Business Logic',
    action: 'Move to failed',
    words: 'An earlier intent has this correlation id.',
  },
  E005: {
    category: 'Configuration',
    action: 'Alert operations',
    words: 'The hand-off directory cannot be written.',
  },
  E006: { category: 'Configuration', action: 'Alert operations', words: 'The porch program was not found.' },
  E007: { category: 'Processing', action: 'Retry', words: 'The time for it was over.' },
  E008: { category: 'Configuration', action: 'Alert operations', words: 'The permission for it is missing.' },
  E009: {
    category: 'State Management',
    action: 'Backup and reset',
    words: 'What was kept of the intent cannot be read.',
  },
  E010: { category: 'Resource', action: 'Scale up or throttle', words: 'As many are at work as may be.' },
  E011: { category: 'Resource', action: 'Cleanup or expand', words: 'The disk is full.' },
  E012: { category: 'Resource', action: 'Restart or scale', words: 'There is no memory left.' },
} as const;

export type IntentCode = keyof typeof intentCodes;

/** What the file system says when it cannot. */
const codesOfSystem: Readonly<Record<string, IntentCode>> = {
  EACCES: 'E005',
  EPERM: 'E005',
  EROFS: 'E005',
  ENOENT: 'E005',
  ENOTDIR: 'E005',
  ENOSPC: 'E011',
  EDQUOT: 'E011',
  EFBIG: 'E011',
  ENOMEM: 'E012',
};

/** Null for an error that is none of the file system's. */
export const codeOfSystemError = (error: unknown): IntentCode | null =>
  error instanceof Error && 'code' in error ? (codesOfSystem[String(error.code)] ?? null) : null;

const isIntentCode = (code: string): code is IntentCode => Object.hasOwn(intentCodes, code);

/** The code of the format that an error of a status file is; null for none, and where it could be several. */
export const codeOfStatus = (code: string | undefined): IntentCode | null => {
  if (code === undefined) return null;
  if (isIntentCode(code)) return code;
  const [only, ...others] = errorCatalogue[recordedCode(code)].legacyCodes.filter(isIntentCode);
  return only !== undefined && others.length === 0 ? only : null;
};
