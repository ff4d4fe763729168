/** Another try has the run in hand, or it has ended. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}
