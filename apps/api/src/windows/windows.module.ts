import { Module } from '@nestjs/common';
import { DefineWindowHandler } from './define-window';
import { DeleteWindowHandler } from './delete-window';
import { GetWindowHandler, ListWindowsHandler } from './read-windows';
import { WindowsController } from './windows.controller';

@Module({
  controllers: [WindowsController],
  providers: [DefineWindowHandler, DeleteWindowHandler, ListWindowsHandler, GetWindowHandler],
})
export class WindowsModule {}
