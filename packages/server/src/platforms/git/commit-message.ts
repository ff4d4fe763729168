import { markLine } from '../kit/text-marks.ts';

const keyTrailer = 'Countersign-Key';
const taskTrailer = 'Countersign-Task';

/** What a commit says of what the caller gave: line ends are git's, and nothing stands around it. */
export const committedMessage = (message: string): string => message.replace(/\r\n?/g, '\n').trim();

/** The message with our trailers, joined to a block of trailers that is there already. */
export const markedMessage = (
  message: string,
  mark: { readonly key: string; readonly taskId: string },
): string => {
  const text = committedMessage(message);
  const [lastParagraph = '', ...others] = text.split(/\n{2,}/).reverse();
  const endsInTrailers = others.length > 0 && /^([\w-]+: .+(\n|$))+$/.test(lastParagraph);
  return `${text}${endsInTrailers ? '\n' : '\n\n'}${keyLine(mark.key)}\n${markLine(mark.taskId, taskTrailer)}\n`;
};

/** The line that marks a commit or a tag as ours. */
export const keyLine = (key: string): string => markLine(key, keyTrailer);

/** An extended regular expression for git: that line. */
export const markPattern = (key: string): string => `^${keyLine(key)}$`;

export const revertMessage = (message: string, commit: string): string => {
  const [subject = ''] = message.trim().split('\n');
  return `Revert "${subject}"\n\nThis reverts commit ${commit}.`;
};
