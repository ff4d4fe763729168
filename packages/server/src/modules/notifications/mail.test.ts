import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { freePort } from '@countersign/postgres/free-port';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, test } from 'vitest';
import { createSendMail } from './mail.ts';

const sendBy = (port: number) =>
  createSendMail({
    ...{ host: '127.0.0.1', port, isEncrypted: false },
    ...{ user: 'us', password: 'hidden-words', from: 'countersign@example.com' },
  })('ann@example.com', 'A test', 'words');

const startServer = async (options: SMTPServerOptions) => {
  const smtp = new SMTPServer({ disabledCommands: ['STARTTLS'], logger: false, ...options });
  // Whoever hangs up without a word is no fault of its own.
  smtp.on('error', () => undefined);
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => smtp.close(() => resolve())),
  };
};

test('where no mail server listens, it is said where, why and which settings to look at', async () => {
  const port = await freePort();
  await expect(sendBy(port)).rejects.toThrow(
    `The mail server 127.0.0.1:${port} cannot be used: nothing listens there (ECONNREFUSED). See host, port and isEncrypted of notifications.mail.`,
  );
});

test('where it refuses who we are, the settings of that are named, and no password', async () => {
  await using server = await startServer({
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(new Error('No such user.')),
  });
  const error: unknown = await sendBy(server.port).catch((thrown: unknown) => thrown);
  expect(String(error)).toContain('refuses the user or the password (EAUTH): see notifications.mail.user');
  expect(String(error)).not.toContain('hidden-words');
});

test('where it does not take an address, its own words are told', async () => {
  await using server = await startServer({
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(null, { user: 'us' }),
    onRcptTo: (_address, _session, done) => done(new Error('Nobody of that name')),
  });
  await expect(sendBy(server.port)).rejects.toThrow(/did not take it: .*Nobody of that name/);
});
