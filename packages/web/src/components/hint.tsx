import { Suspense, useEffect, useState, type PointerEvent, type ReactNode } from 'react';
import { lazyPart } from './lazy-part.ts';

export const loadTip = () => import('./tip.tsx');

const Tip = lazyPart(() => loadTip().then((m) => m.Tip));

export interface HintHandlers {
  readonly onPointerEnter: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerLeave: () => void;
  readonly onPointerDown: () => void;
}

/** Words beside an element while a mouse rests on it; a press, Escape and leaving take them away. */
export const useHint = (
  label: string,
  delayMs: number,
): { readonly handlers: HintHandlers; readonly hint: ReactNode } => {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [isResting, setResting] = useState(false);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isResting) return;
    const opening = setTimeout(() => setOpen(true), delayMs);
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setResting(false);
    };
    document.addEventListener('keydown', close);
    return () => {
      clearTimeout(opening);
      document.removeEventListener('keydown', close);
      setOpen(false);
    };
  }, [isResting, delayMs]);
  const leave = (): void => setResting(false);
  return {
    handlers: {
      onPointerEnter: (event) => {
        if (event.pointerType !== 'mouse') return;
        setTarget(event.currentTarget);
        setResting(true);
      },
      onPointerLeave: leave,
      onPointerDown: leave,
    },
    hint: target ? (
      <Suspense fallback={null}>
        <Tip label={label} target={target} isOpen={isOpen} />
      </Suspense>
    ) : null,
  };
};
