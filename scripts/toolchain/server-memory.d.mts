export const serverMemory: string[];
