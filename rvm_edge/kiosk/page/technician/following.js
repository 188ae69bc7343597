// Looks something up whenever it may have changed: one question at a time, and none is lost.

/**
 * @param {() => Promise<void>} look
 * @returns {() => void} call it as often as you like.
 */
export function following(look) {
  let looking = false;
  let again = false;
  const run = async () => {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    do {
      again = false;
      await look();
    } while (again);
    looking = false;
  };
  return () => void run();
}
