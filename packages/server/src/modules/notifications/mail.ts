import { createTransport } from 'nodemailer';
import { connectionReasonOf } from '../../infra/connection-reasons.ts';
import type { Notice } from '../../domain/notice.ts';

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  readonly user?: string | undefined;
  readonly password: string | null;
  readonly from: string;
}

/** @throws where the server does not take it, in words for who runs this. */
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
    try {
      await transport.sendMail({ from, to, subject: subject.replaceAll(lineBreaks, ' '), text });
    } catch (error) {
      throw new Error(`The mail server ${host}:${port} ${notTaken(error)}`, { cause: error });
    }
  };
};

const ofConnection = new Set(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETIMEDOUT', 'ETLS', 'EPROTOCOL']);

const notTaken = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EAUTH')
    return `refuses the user or the password (EAUTH): see notifications.mail.user and passwordSecret.`;
  if (typeof code === 'string' && ofConnection.has(code))
    return `cannot be used: ${connectionReasonOf(error)}. See host, port and isEncrypted of notifications.mail.`;
  return `did not take it: ${error instanceof Error ? error.message : 'it gave no reason'}`;
};

/** Several that wait are one mail. */
export const mailOf = (
  notices: readonly Notice[],
  origin: string,
): { readonly subject: string; readonly text: string } => ({
  subject: notices.length === 1 ? (notices[0]?.title ?? '') : `${notices.length} things wait for you`,
  text: notices.map((notice) => linesOf(notice, origin)).join('\n\n'),
});
