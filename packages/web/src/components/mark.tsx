import { useId } from 'react';

/** The product's mark: one tick, and the second that counts. */
export const Mark = ({ size = 20 }: { size?: number }) => {
  const id = useId();
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor="#2f74f0" />
          <stop offset="1" stopColor="#6aa8ff" />
        </linearGradient>
      </defs>
      <rect width="32" height="32" rx="8" fill={`url(#${id})`} />
      <g fill="none" stroke="#fff" strokeWidth="2.8" strokeLinecap="round" strokeLinejoin="round">
        <path d="M6.5 16.8 11 21.3 19.6 11" opacity="0.62" />
        <path d="m13.4 18.6 2.7 2.7L24.9 11" />
      </g>
    </svg>
  );
};
