const sessionPath = '/session';

/** The token in what a person pasted: the whole link or the token alone; null where there is none. */
export const tokenIn = (pasted: string): string | null => {
  const text = pasted.trim();
  const inLink = /[#&?]token=([^&\s]+)/u.exec(text);
  const token = inLink ? decodeURIComponent(inLink[1] ?? '') : text;
  return /^[\w.~+/=-]{8,}$/u.test(token) ? token : null;
};

const messageOf = async (response: Response): Promise<string> => {
  try {
    const answer = (await response.json()) as { error?: { message?: string } };
    if (answer.error?.message) return answer.error.message;
  } catch {
    // No readable body: the status has to do.
  }
  return `The server answered with status ${response.status}.`;
};

/** Trades a one-time token for a session cookie. The promise is rejected with a sentence where that fails. */
export const startSession = async (token: string): Promise<void> => {
  let response: Response;
  try {
    response = await fetch(sessionPath, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
  } catch {
    throw new Error('The server cannot be reached.');
  }
  if (!response.ok) throw new Error(await messageOf(response));
};

export interface WaysIn {
  /** What people call where they have an account already; null where that is no way in. */
  readonly issuer: string | null;
}

export const readWays = async (): Promise<WaysIn> => {
  const response = await fetch(`${sessionPath}/ways`);
  if (!response.ok) throw new Error(await messageOf(response));
  return (await response.json()) as WaysIn;
};

export const endSession = async (): Promise<void> => {
  const response = await fetch(sessionPath, { method: 'DELETE' });
  if (!response.ok && response.status !== 401) throw new Error(await messageOf(response));
};
