import { Module } from '@nestjs/common';
import { ClustersController } from './clusters.controller';
import { ForgetClusterHandler } from './forget-cluster';
import { GetClusterHandler, ListClustersHandler } from './read-clusters';
import { RegisterClusterHandler } from './register-cluster';

@Module({
  controllers: [ClustersController],
  providers: [RegisterClusterHandler, ForgetClusterHandler, ListClustersHandler, GetClusterHandler],
})
export class ClustersModule {}
