/** What the process tells the shell. */
export const EXIT = {
  done: 0,
  /** The run itself broke: a failed self-check, a disk that refused. */
  runFailed: 1,
  /** The input is wrong: a file, a flag, a scenario. */
  badInput: 2,
  /** Stopped by Ctrl-C; what was done is kept. */
  interrupted: 130,
} as const;
