import { JurisdictionEntity } from './jurisdiction.entity';
import { PersonEntity } from './person.entity';
import { PostEntity } from './post.entity';
import { PostHoldingEntity } from './post-holding.entity';
import { SessionEntity } from './session.entity';
import { SettledNameEntity } from './settled-name.entity';
import { UnitEntity } from './unit.entity';
import { UnitAliasEntity } from './unit-alias.entity';
import { UnitGroupEntity } from './unit-group.entity';
import { UnitGroupMemberEntity } from './unit-group-member.entity';
import { UnitNameEntity } from './unit-name.entity';

/** The tables of this library, for the data source of whoever loads it. */
export const DIRECTORY_ENTITIES = [
  JurisdictionEntity,
  UnitEntity,
  UnitNameEntity,
  UnitAliasEntity,
  SettledNameEntity,
  UnitGroupEntity,
  UnitGroupMemberEntity,
  PersonEntity,
  PostEntity,
  PostHoldingEntity,
  SessionEntity,
];
