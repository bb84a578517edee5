/*
 * The sweep (巡检) as Promela: what is claimed, written, moved and committed by workers that may die at any statement,
 * while the queue forgets its hints, the clock jumps, and the office moves a deadline. Spin walks every interleaving.
 *
 * Each step is named by a comment `model: …`, and the code has the same comment where it does this; a spec compares
 * them. Postgres is the arrays below, which change at a commit alone; the queue is `hints`, which decides nothing. The
 * ladder is climbed a rung a transaction: that missed reminders collapse into the last is a matter of pure code.
 *
 * A mutation (-D…) takes one guard away, and the spec sees Spin find what then goes wrong:
 *   NO_LOCK         a claim that does not look whether somebody holds the row
 *   NO_UNIQUE       follow-ups without their unique key; alone it does no harm, since the lock is there
 *   POINTER_FIRST   the pointer moved in a transaction of its own, before the follow-up
 *   POINTER_LAST    the same, after it
 *   MESSAGE_APART   what is to be said written after the commit
 *   QUEUE_ONLY      workers that wake at a hint alone
 */
#define ROWS    2
#define RUNGS   2
#define WORKERS 2
#define DEATHS  2
/* Of a row, a deadline version and a rung. */
#define AT(row, deadline, rung) ((row) * 2 * RUNGS + (deadline) * RUNGS + (rung))
/* A rung is due from the instant after its number on. */
#define IS_DUE(row) (pointer[row] < RUNGS && now > pointer[row])

/* Postgres. */
byte pointer[ROWS];
byte version[ROWS];
byte holders[ROWS];
byte followUps[ROWS * 2 * RUNGS];
byte messages[ROWS * 2 * RUNGS];
/* The queue, the clock, and how often a worker may still die. */
byte hints = 1;
byte now;
byte deaths = DEATHS;

#define FIRED(row, rung) (followUps[AT(row, version[row], rung)] == 1)
#define SAID(row, rung) (messages[AT(row, version[row], rung)] == 1)
#define NOT_LOST(row, rung) (pointer[row] <= rung || (FIRED(row, rung) && SAID(row, rung)))
#define DONE(row) (pointer[row] == RUNGS && FIRED(row, 0) && FIRED(row, 1) && SAID(row, 0) && SAID(row, 1))

/* No pointer stands behind a rung that did not fire, or of which nothing is to be said. */
ltl none_lost { [] (NOT_LOST(0, 0) && NOT_LOST(0, 1) && NOT_LOST(1, 0) && NOT_LOST(1, 1)) }
/* Whatever happens, in the end every rung has fired, of the deadline that holds. */
ltl all_fired { <> [] (DONE(0) && DONE(1)) }

inline mayDie() {
  if
  :: atomic { deaths > 0 -> deaths-- }; goto rollback
  :: true
  fi
}

inline release() {
  for (row : 0 .. ROWS - 1) {
    if
    :: mine[row] -> holders[row]--; mine[row] = false
    :: else
    fi
  }
}

inline writeFollowUp(at) {
#ifdef NO_UNIQUE
  followUps[at]++;
#else
  followUps[at] = 1;
#endif
  assert(followUps[at] == 1)
}

inline movePointers() {
  for (row : 0 .. ROWS - 1) {
    if
    :: mine[row] -> pointer[row] = rung[row] + 1
    :: else
    fi
  }
}

inline writeFollowUps() {
  for (row : 0 .. ROWS - 1) {
    if
    :: mine[row] -> writeFollowUp(AT(row, deadline[row], rung[row]))
    :: else
    fi
  }
}

inline writeMessages() {
  for (row : 0 .. ROWS - 1) {
    if
    :: mine[row] -> messages[AT(row, deadline[row], rung[row])] = 1
    :: else
    fi
  }
}

active [WORKERS] proctype Worker() {
  byte row;
  bool mine[ROWS];
  byte rung[ROWS];
  byte deadline[ROWS];
  do
  ::
     /* model: wake */
     if
     :: atomic { hints > 0 -> hints-- }
#ifdef QUEUE_ONLY
     :: hints == 0 -> goto again
#else
     :: true
#endif
     fi;
     /* model: claim */
     d_step {
       for (row : 0 .. ROWS - 1) {
         if
#ifdef NO_LOCK
         :: IS_DUE(row) ->
#else
         :: IS_DUE(row) && holders[row] == 0 ->
#endif
            holders[row]++;
            assert(holders[row] == 1);
            mine[row] = true;
            rung[row] = pointer[row];
            deadline[row] = version[row]
         :: else
         fi
       }
       row = 0
     }
     mayDie();
#ifdef POINTER_FIRST
     d_step { movePointers(); row = 0 }
     mayDie();
#endif
     /* model: write */
     mayDie();
     /* model: move */
     mayDie();
     /* model: say */
     mayDie();
     /* model: commit */
     d_step {
       writeFollowUps();
#if !defined(POINTER_FIRST) && !defined(POINTER_LAST)
       movePointers();
#endif
#ifndef MESSAGE_APART
       writeMessages();
#endif
#ifndef POINTER_LAST
#ifndef MESSAGE_APART
       release();
#endif
#endif
       row = 0
     }
#ifdef POINTER_LAST
     mayDie();
     d_step { movePointers(); release(); row = 0 }
#endif
#ifdef MESSAGE_APART
     mayDie();
     d_step { writeMessages(); release(); row = 0 }
#endif
     goto again;
rollback:
     skip;
     /* model: rollback */
     d_step { release(); row = 0 }
again:
     skip
  od
}

/* Time passes in jumps, and its passing gives hints. */
active proctype Clock() {
  do
  :: now < RUNGS ->
     if
     :: now++
     :: now = RUNGS
     fi;
     if
     :: hints = 1
     :: true
     fi
  :: else -> break
  od
}

/* The queue's store forgets everything (FLUSHALL, a restart without persistence), at any moment. */
active proctype Flush() {
  hints = 0
}

/* The office moves a deadline: another version, the ladder from its first rung. It waits for who holds the row. */
active proctype Office() {
  /* model: reschedule */
  atomic {
#ifndef NO_LOCK
    holders[0] == 0;
#endif
    version[0] = 1;
    pointer[0] = 0
  }
}
