import { quoted, type Risk } from '@countersign/shared';
import type { Finding } from '../../domain/planned-action.ts';

/** What platforms and people read out of a commit message besides what it says. */
interface MessagePower {
  readonly sign: RegExp;
  readonly severity: Risk;
  /** Continues "The commit message …". */
  readonly consequence: string;
}

/** Looked for in every line. */
const powers: readonly MessagePower[] = [
  {
    sign: /^\s*[\w-]+-by\s*:/i,
    severity: 'MEDIUM',
    consequence: 'speaks for others',
  },
  {
    sign: /^\s*(on-behalf-of|cc|reviewers?|approvers?|author|from|signed|release-as|change-id|gerrit-.*|phabricator-.*|differential revision)\s*:/i,
    severity: 'MEDIUM',
    consequence: 'names others, or steers tools',
  },
  {
    sign: /\[([\w :-]*[_\d :-])?(skip|no)([_\d :-][\w :-]*)?\]|\bskip-checks\s*:|^\s*(ci-(skip|no)|(skip|no)-(ci|tests?|builds?))\s*:|\*\*\*\s*no_ci\s*\*\*\*|#(skip|no)-?ci\b|\bci\.skip\b/i,
    severity: 'MEDIUM',
    consequence: 'keeps checks from running',
  },
  {
    sign: /\b(close[sd]?|closing|fix(e[sd]|ing)?|resolve[sd]?|resolving|implement(s|ed|ing)?|complete[sd]?)\b:?\s+((issue|bug|ticket|task|story)s?:?\s+#?\d+|(issue\s+)?(\S*[#!]\d+|gh-\d+|[A-Z][A-Z0-9]+-\d+|https?:\/\/\S+))|^\s*(closes|fixes|resolves|implements)-\w+\s*:/i,
    severity: 'MEDIUM',
    consequence: 'closes issues',
  },
  {
    sign: /^\s*\/\w+|\b[A-Z][A-Z0-9]+-\d+\s+#\w+|^\s*#\w+\s/,
    severity: 'MEDIUM',
    consequence: 'gives commands to a platform',
  },
  {
    sign: /\[(deploy|release|publish|rebuild|run|build|major|minor|patch)\b[\w :-]*\]|\+semver\s*:|\b(bump|semver|release)\s*:\s*(major|minor|patch)\b|#(major|minor|patch)\b/i,
    severity: 'MEDIUM',
    consequence: 'starts a release or a deployment',
  },
  {
    sign: /^\s*breaking[ -]change\s*:|^\w+(\([^)]*\))?!:/i,
    severity: 'LOW',
    consequence: 'announces a breaking change, which may make a release',
  },
  { sign: /(^|[\s(])@[\w-]+/, severity: 'LOW', consequence: 'calls people or teams' },
];

/** Patterns look at so much at a time; what stands across two pieces is in both. */
const pieceLength = 400;
const overlap = 100;
const longestQuote = 200;

const piecesOf = (line: string): string[] => {
  const pieces = [line.slice(0, pieceLength)];
  for (let at = pieceLength - overlap; at + overlap < line.length; at += pieceLength - overlap) {
    pieces.push(line.slice(at, at + pieceLength));
  }
  return pieces;
};

/** One finding for each power that the message has, with the first line that has it. */
export const messageFindings = (message: string): Finding[] => {
  const lines = message.split(/\r\n?|\n/).flatMap(piecesOf);
  return powers.flatMap(({ sign, severity, consequence }): Finding[] => {
    const line = lines.find((text) => sign.test(text));
    if (line === undefined) return [];
    const quote = quoted(line.trim().slice(0, longestQuote).toWellFormed());
    return [{ severity, message: `The commit message ${consequence}: ${quote}.` }];
  });
};
