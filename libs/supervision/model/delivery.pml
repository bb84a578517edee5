/*
 * One message on its way (投递) as Promela: wanted, composed into a delivery, claimed for a while, handed over to the
 * channel, recorded, by workers that may die between any two of these, or be so slow that their claim runs out.
 * The steps are named as in sweep.pml.
 *
 * Mutations: NO_LEASE (a claim that never runs out), NO_CLAIM (sent without a claim), RECORD_FIRST (called sent before
 * it is handed over).
 */
#define WORKERS 2
#define DEATHS  2
#define SLOW    1

mtype = { wanted, queued, sending, sent };

/* Postgres. */
mtype state = wanted;
/* Whether the claim has run out, and the attempt that it belongs to. */
bool isExpired;
byte attempts;
byte recorded;
/* What the channel has seen, and what may still go wrong. */
byte handedOver;
byte deaths = DEATHS;
byte slow = SLOW;

/* In the end it is recorded, and was recorded once. */
ltl delivered { <> [] (state == sent && recorded == 1) }
/* It is never called sent before the channel had it; a repeat needs a death or a claim that ran out. */
ltl honest { [] ((state == sent -> handedOver >= 1) && handedOver <= 1 + (DEATHS - deaths) + (SLOW - slow)) }

/* The claim of this attempt runs out; one that another worker has made since does not. */
inline runsOut() {
#ifdef NO_LEASE
  skip
#else
  d_step {
    if
    :: state == sending && attempts == attempt -> isExpired = true
    :: else
    fi
  }
#endif
}

active [WORKERS] proctype Worker() {
  bool isMine;
  byte attempt;
  do
  ::
     /* model: compose */
     d_step {
       if
       :: state == wanted -> state = queued
       :: else
       fi
     }
     /* model: claim-delivery */
     d_step {
       isMine = false;
       if
#ifdef NO_CLAIM
       :: state == queued -> isMine = true
#else
       :: state == queued || (state == sending && isExpired) ->
          state = sending; isExpired = false; attempts++; attempt = attempts; isMine = true
#endif
       :: else
       fi
     }
     if
     :: isMine ->
#ifdef RECORD_FIRST
        d_step { state = sent; recorded++ }
#endif
        if
        :: atomic { deaths > 0 -> deaths-- }; goto died
        :: atomic { slow > 0 -> slow-- }; goto expire
        :: true -> goto go_on
        fi;
expire:
        runsOut();
go_on:
        /* model: hand-over */
        handedOver++;
        if
        :: atomic { deaths > 0 -> deaths-- }; goto died
        :: true
        fi;
        /* model: record */
        d_step {
          if
#ifdef NO_CLAIM
          :: true -> state = sent; recorded++
#else
          :: state == sending -> state = sent; recorded++
#endif
          :: else
          fi;
          isMine = false
        }
        goto again;
died:
        /* model: expire */
        isMine = false;
        runsOut()
     :: else
     fi;
again:
     skip
  od
}
