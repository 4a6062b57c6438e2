/** Says in one sentence why the laptop cloud cannot start. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}
