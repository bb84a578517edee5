import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { PersonEntity } from './person.entity';

/** A person's sign-in on one machine; all its instants are the database's. */
@Entity('session')
@Check('ck_session_kind', `kind in ('bearer', 'cookie')`)
@Check('ck_session_means', `means in ('password', 'provider')`)
@Check('ck_session_second_factor', `second_factor in ('none', 'wanted', 'enrolment', 'passed')`)
@Unique('uq_session_token_hash', ['tokenHash'])
@Index('ix_session_person', ['personId'])
export class SessionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_session' })
  id!: string;

  /** SHA-256 of the token: who reads the table cannot act as anybody. */
  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer;

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => PersonEntity, { name: 'fk_session_person' })
  personId!: string;

  /** How the token is sent. */
  @Column('text', { default: 'bearer' })
  kind!: 'bearer' | 'cookie';

  /** How the person signed in. */
  @Column('text', { default: 'password' })
  means!: 'password' | 'provider';

  @Column('text', { name: 'second_factor', default: 'none' })
  secondFactor!: 'none' | 'wanted' | 'enrolment' | 'passed';

  @Column('text', { nullable: true })
  address!: string | null;

  /** What the client calls itself. */
  @Column('text', { nullable: true })
  device!: string | null;

  @Column('integer', { name: 'idle_minutes', default: 720 })
  idleMinutes!: number;

  /** Written at most once a minute. */
  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt!: Date;

  /** The provider's own id of the sign-in, by which it ends it. */
  @Column('text', { name: 'provider_session', nullable: true })
  providerSession!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
