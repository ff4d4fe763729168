import type { JsonObject } from '../../domain/json.ts';
import { decoded, textsOf } from './intent-content.ts';

export const threatLevels = ['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type ThreatLevel = (typeof threatLevels)[number];

interface Threat {
  readonly level: ThreatLevel;
  readonly message: string;
  readonly pattern: RegExp;
}

/** What somebody means who writes so, whatever field it stands in. */
const threats: readonly Threat[] = [
  {
    level: 'CRITICAL',
    message: 'would run a command',
    pattern: /\$\(|`|\|\s*(ba|z|da)?sh\b|[;&|]\s*(rm|curl|wget|ncat|nc)\b|\brm\s+-\w*[rf]|\/bin\/\w*sh\b/i,
  },
  {
    level: 'HIGH',
    message: 'reaches for files of the system',
    pattern: /\.\.[/\\].*\.\.[/\\]|\/etc\/(passwd|shadow)|\/proc\/self|\.ssh\/|serviceaccount\/token/i,
  },
  {
    level: 'HIGH',
    message: 'reaches for credentials of the machine it would run on',
    pattern: /169\.254\.169\.254|metadata\.google\.internal|\bfile:\/\//i,
  },
  {
    level: 'HIGH',
    message: 'would be run by a database',
    pattern: /'\s*or\s+'?\d|\bunion\s+select\b|\bdrop\s+table\b/i,
  },
  {
    level: 'HIGH',
    message: 'would be filled in by a template',
    pattern: /\{\{|\$\{|<%|#\{/,
  },
  { level: 'HIGH', message: 'would be run by a browser', pattern: /<\s*script\b|javascript:|\bon\w+\s*=/i },
  {
    level: 'MEDIUM',
    message: 'speaks to a model, not to people',
    pattern:
      /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|all)\b.{0,40}\b(instructions?|rules?|polic(y|ies))\b|\b(approve|skip|bypass)\b.{0,30}\b(approval|this|policy|review)\b.{0,30}\b(automatically|without)\b/i,
  },
];

/** Longer texts are refused anyway. */
const longest = 1_024;

/** What looks like an attack, and how bad the worst of it would be. */
export const threatFaults = (
  intent: JsonObject,
): {
  readonly level: ThreatLevel;
  readonly faults: readonly { readonly path: string; readonly message: string }[];
} => {
  const found = [...textsOf(intent)].flatMap(({ path, text }) => {
    const plain = decoded(text.slice(0, longest));
    return threats.filter(({ pattern }) => pattern.test(plain)).map((threat) => ({ ...threat, path }));
  });
  const worst = found.reduce((most, { level }) => Math.max(most, threatLevels.indexOf(level)), 0);
  return {
    level: threatLevels[worst] ?? 'NONE',
    faults: found.map(({ path, message }) => ({ path, message })),
  };
};
