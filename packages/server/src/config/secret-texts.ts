import type { SettingsDocument } from '../infra/settings-document.ts';
import type { SettingFault } from './config-faults.ts';

/** Forms that only credentials have. */
const forms: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\b(?:ghp|gho|ghs|github_pat|glpat)[-_]\w{16,}/, 'a token of a code host'],
  [/\bxox[abeprs]-[\w-]{8,}/, 'a token of Slack'],
  [/\bsk-[\w-]{16,}/, 'a key of a model provider'],
  [/\bAKIA[A-Z0-9]{16}\b/, 'an access key'],
  [/\bAIza[\w-]{35}/, 'a key of Google'],
  [/\b(?:ntn|secret)_[A-Za-z0-9]{32,}/, 'a token of Notion'],
  [/\bhv[sbr]\.[\w-]{16,}/, 'a token of Vault'],
  [/\bcs_[a-z0-9]{8}_[\w-]{20,}/, 'an API key of this server'],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/, 'a signed token'],
  [/^(?:Bearer|Basic)\s+\S{8,}$/i, 'an Authorization header'],
];

/** Secrets that stand in a file of settings, without saying them. */
export const secretTexts = ({ texts }: SettingsDocument): SettingFault[] =>
  texts.flatMap(({ path, text }) => {
    const kind = forms.find(([form]) => form.test(text))?.[1] ?? passwordIn(text);
    return kind === null
      ? []
      : [
          {
            path,
            message: `holds ${kind}: secrets never stand in the file; keep it in a secret source and name it`,
          },
        ];
  });

const passwordIn = (text: string): string | null => {
  if (!text.includes('://') || !URL.canParse(text)) return null;
  return new URL(text).password === '' ? null : 'a URL with a password';
};
