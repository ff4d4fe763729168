// Left alone, V8 keeps what it once used: a server with 60 MB in use held 560 after some thousand steps. What is
// measured with these is in docs/operations/configuration.md, and the abuse of the API is tried with them.
export const serverMemory = ['--max-old-space-size=1024', '--max-semi-space-size=16'];
