/* How the program ends: a contract with scripts. */
#ifndef EXIT_CODE_H
#define EXIT_CODE_H

enum exit_code {
  EXIT_GOALS_MET = 0,
  EXIT_GOAL_FAILED = 1,
  EXIT_USAGE = 2,      /* usage or scenario error */
  EXIT_INCOMPLETE = 3, /* a run had to be given up, or a goal is undecided */
  EXIT_INTERNAL = 4,   /* internal or input/output */
};

#endif
