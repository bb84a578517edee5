import { useQuery } from '@tanstack/react-query';
import { Form, Input, Spin } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { answerOf, client, type Problem, type Schemas } from '../api/client';
import { ProblemView } from '../problem/problem-view';
import { readNote, signedBy } from './note';
import { Steps, Verdict } from './steps';
import { leafHash, toBase64, walkUp } from './tree';
import { useKeys } from './use-keys';

interface Asked {
  proof: Schemas['InclusionDto'];
  /** The note of the checkpoint to whose root the proof leads. */
  note: string | null;
}

/** That an event is in the history that was signed: hashed here, from its own words up to the signed root. */
export function EventProof() {
  const { t } = useTranslation('audit');
  const [search, setSearch] = useSearchParams();
  const eventId = search.get('event') ?? '';
  const asked = useQuery<Asked, Problem>({
    queryKey: ['proof', eventId],
    enabled: eventId !== '',
    queryFn: async () => {
      const { items } = await answerOf(client.GET('/api/v1/history/checkpoints', { params: { query: { limit: 1 } } }));
      const newest = items[0];
      const query = { eventId, ...(newest ? { size: newest.size } : {}) };
      const proof = await answerOf(client.GET('/api/v1/history/proofs/inclusion', { params: { query } }));
      return { proof, note: newest?.note ?? null };
    },
  });
  return (
    <section className="panel">
      <h2>{t('proofs.event.title')}</h2>
      <p>{t('proofs.event.about')}</p>
      <Form layout="vertical">
        <Form.Item label={t('proofs.event.id')} htmlFor="event-id">
          <Input.Search
            id="event-id"
            key={eventId}
            defaultValue={eventId}
            enterButton={t('proofs.check')}
            maxLength={40}
            onSearch={(id) => setSearch(id.trim() ? { event: id.trim() } : {})}
          />
        </Form.Item>
      </Form>
      {asked.isFetching && <Spin />}
      {asked.error && <ProblemView problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.data && <Checked {...asked.data} />}
    </section>
  );
}

function Checked({ proof, note }: Asked) {
  const { t } = useTranslation('audit');
  const { keys } = useKeys();
  const { leaf, walk, checkpoint } = useMemo(() => {
    const hashed = leafHash(new TextEncoder().encode(proof.event));
    return {
      leaf: toBase64(hashed),
      walk: walkUp({ index: proof.index, size: proof.size, leaf: hashed, root: proof.root }, proof.path),
      checkpoint: note === null ? null : readNote(note),
    };
  }, [proof, note]);
  if (proof.hash !== 'sha256') return <p>{t('proofs.otherHash')}</p>;
  const isRootSigned = checkpoint?.size === proof.size && checkpoint.root === proof.root;
  const keyId = checkpoint && signedBy(checkpoint, keys);
  return (
    <>
      <Verdict holds={leaf === proof.leaf} says={t('proofs.event.leaf', { index: proof.index })} />
      <pre className="proof-note">{proof.event}</pre>
      <p>
        SHA-256(00 ‖ …) = <code>{leaf}</code>
      </p>
      <Verdict holds={walk.holds} says={t('proofs.event.path', { steps: walk.steps.length, size: proof.size })} />
      <Steps steps={walk.steps} />
      <Verdict holds={isRootSigned} says={t('proofs.event.root', { number: checkpoint?.number ?? '–' })} />
      <Verdict holds={keyId !== null} says={t('proofs.signed', { key: keyId ?? '–' })} />
    </>
  );
}
