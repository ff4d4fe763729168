import { Fragment } from 'react';
import { VisibleText } from './visible-text.tsx';

/** Behind what parts an address or a path, never within a name or a port. */
const breaks = /(?<=[/?&=@])(?=[^/])|(?=:\d{2,5}\b)/u;

/** As VisibleText, for lines that may hold an address: it breaks between its parts. */
export const BreakableText = ({ text }: { text: string }) =>
  text.split(breaks).map((part, index) => (
    <Fragment key={index}>
      {index > 0 ? <wbr /> : null}
      <VisibleText text={part} />
    </Fragment>
  ));
