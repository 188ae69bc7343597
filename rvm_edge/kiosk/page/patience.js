// How long the page waits, in milliseconds. In one place, so that a test or an operator can serve
// another file of this name.

export const PATIENCE = {
  /** The machine may be silent so long before the screen says that it is getting ready. */
  awayMs: 2_000,
  /** And so long before the screen sends people elsewhere. */
  lateMs: 45_000,
  /** How long a deposit is thanked for. */
  farewellMs: 9_000,
  /** Nobody has touched the screen for so long: the next person begins in Indonesian. */
  idleMs: 60_000,
  /** And for so long: the technician has left. */
  panelMs: 300_000,
  /** How long a button that moves something has to be held. */
  holdMs: 1_000,
  /** How long a hint stays. */
  hintMs: 5_000,
};
