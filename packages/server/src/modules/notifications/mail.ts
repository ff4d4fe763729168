import { createTransport } from 'nodemailer';
import type { Notice } from '../../domain/notice.ts';

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly user?: string | undefined;
  readonly password: string | null;
  readonly from: string;
}

/** @throws where the server does not take it. */
export type SendMail = (to: string, subject: string, text: string) => Promise<void>;

const timeoutMs = 10_000;
const lineBreaks = /[\r\n]+/g;

const linesOf = ({ title, text, path }: Notice, origin: string): string =>
  [title, text, `${origin}${path}`].filter((line) => line !== '').join('\n');

/** Plain text alone: nothing in it is loaded, run or followed by itself. */
export const createSendMail = ({ host, port, isEncrypted, user, password, from }: MailSettings): SendMail => {
  const transport = createTransport({
    host,
    port,
    secure: isEncrypted,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (to, subject, text) => {
    await transport.sendMail({ from, to, subject: subject.replaceAll(lineBreaks, ' '), text });
  };
};

/** Several that wait are one mail. */
export const mailOf = (
  notices: readonly Notice[],
  origin: string,
): { readonly subject: string; readonly text: string } => ({
  subject: notices.length === 1 ? (notices[0]?.title ?? '') : `${notices.length} things wait for you`,
  text: notices.map((notice) => linesOf(notice, origin)).join('\n\n'),
});
