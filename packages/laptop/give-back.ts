/** Left to the garbage collector, the pieces of a fast transfer pile up to about 80 MB before it looks at them. */
export function giveBack(pieces: readonly Buffer[]): void {
  for (const { buffer, byteLength } of pieces) {
    // A smaller one may share its memory with others.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }
}
