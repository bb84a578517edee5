import type { AccountVendor } from './contact';
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A person with an account; what the person may do goes by the posts held. */
@Entity('person')
@Unique('uq_person_username', ['username'])
export class PersonEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_person' })
  id!: string;

  @Column('text')
  username!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  /** Where short messages (短信) go; eleven digits. */
  @Column('text', { nullable: true })
  mobile!: string | null;

  /** What vendors call the person: `{"wecom": "LiMin"}`. */
  @Column('jsonb', { default: {} })
  accounts!: Partial<Record<AccountVendor, string>>;

  /** Argon2id in PHC form; null until a password is set, and nobody can sign in. Not read unless asked for. */
  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  /** Whoever set the password knows it: its owner chooses another before anything else. */
  @Column('boolean', { name: 'must_change_password', default: false })
  mustChangePassword!: boolean;

  /** By the database's clock; null where it was never set by hand. */
  @Column('timestamptz', { name: 'password_set_at', nullable: true })
  passwordSetAt!: Date | null;

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean;

  /** When the person was erased by law (依法删除), and the account has no name any more; null while it has. */
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
