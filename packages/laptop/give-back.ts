/** Frees the memory of buffers at once. The garbage collector would let about 80 MB pile up in a fast transfer. */
export function giveBack(pieces: readonly Buffer[]): void {
  for (const { buffer, byteLength } of pieces) {
    // A buffer that is smaller than its memory may share it with others.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }
}
