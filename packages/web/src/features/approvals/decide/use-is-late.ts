import { useEffect, useState } from 'react';

const lateMs = 3_000;

/** True once something has gone on for longer than an answer usually takes. */
export const useIsLate = (isGoing: boolean): boolean => {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isGoing) return;
    const timer = setTimeout(() => setLate(true), lateMs);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [isGoing]);
  return isLate;
};

export const lateWords = 'No answer yet; the server decides.';
